# Cuentas: entrar, registrarse, contraseñas, dispositivos y sus correos.
name = Nombre
name-hint = Si quieres. Lo ven quienes comparten plan contigo.
email-hint = Te enviamos un enlace para confirmarlo.
password-hint = Al menos { $length } caracteres. Unas cuantas palabras seguidas van bien.
language = Idioma
language-hint = Para tus páginas de cuenta y nuestros correos. Los artículos siguen en el idioma de su edición.
save = Guardar
back = Volver
sign-out = Cerrar sesión
sign-out-text = Solo en este dispositivo. En los demás sigues dentro.
sign-in-forgot = ¿Has olvidado tu contraseña?
sign-in-new = ¿Es tu primera vez?
sign-up-title = Crear una cuenta
sign-up-terms = Al crear una cuenta aceptas las condiciones:
sign-up-known = ¿Ya tienes cuenta?
sent-title = Mira tu correo
sent-sign-up = Hemos enviado un mensaje a la dirección que nos has dado. Abre el enlace que contiene para seguir. El enlace funciona durante { $hours ->
    [one] una hora
   *[other] { $hours } horas
}.
sent-reset = Hemos enviado un mensaje a la dirección que nos has dado. Abre el enlace que contiene para elegir una contraseña nueva. El enlace funciona durante { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
}.
sent-hint = ¿No hay nada después de unos minutos? Mira en el correo no deseado y comprueba que la dirección era la buena.
sent-again = Probar otra vez
dead-title = Este enlace ya no funciona
dead-text = Ya se ha usado o es demasiado antiguo. Puedes pedir otro ahora mismo.
dead-again = Pedir un enlace nuevo
proof-title = Confirma tu dirección
proof-text = Un último paso: pulsa el botón y tu cuenta estará lista.
proof-text-elsewhere = Has abierto el enlace en un navegador distinto del que usaste para registrarte. Para que la cuenta sea solo tuya, elige aquí su contraseña: es la que vale.
proof-button = Confirmar esta dirección
reset-title = Elegir una contraseña nueva
reset-text = Dinos tu correo electrónico y te enviamos un enlace.
reset-button = Enviar el enlace
new-password = Contraseña nueva
new-password-title = Tu contraseña nueva
new-password-text = Al guardarla se cierra la sesión en todos tus dispositivos, y entras con la nueva.
new-password-button = Guardar la contraseña nueva
account-title = Tu cuenta
account-nav = Tu cuenta
account-you = Sobre ti
password-title = Cambiar la contraseña
password-text = Se cierra la sesión en tus demás dispositivos y en este sigues dentro. También ayuda si no sabes quién está usando tu cuenta.
password-current = Contraseña actual
password-button = Cambiarla y cerrar sesión en los demás
devices-title = Tus dispositivos
devices-where = Dónde has entrado
devices-text = Puedes entrar en tantos dispositivos como quieras.
devices-seen = Visto por última vez hace { $span }
devices-here = Este dispositivo
devices-reading = Leyendo ahora
devices-rename = Cambiar nombre
devices-name = Nombre de este dispositivo
devices-sign-out = Cerrar sesión en
devices-unknown = ¿No conoces alguno?
devices-unknown-text = Cierra su sesión aquí. Si además cambias la contraseña, no podrá volver:
notice-proved = Tu dirección está confirmada. Entra y ya está.
notice-reset = Tu contraseña nueva está guardada. Entra con ella.
notice-saved = Guardado.
notice-password = Tu contraseña ha cambiado y se ha cerrado la sesión en tus demás dispositivos.
notice-renamed = El nombre nuevo está guardado.
notice-ended = Se ha cerrado la sesión en ese dispositivo.
notice-overtaken = Alguien acaba de cambiar la contraseña, así que este cambio no se ha hecho. Si no has sido tú, pide una contraseña nueva por correo.
fault-name = Escribe un nombre de hasta { $length } caracteres, en una línea
fault-email = Escribe un correo electrónico, como ana@example.com
fault-short = Usa al menos { $length } caracteres para la contraseña
fault-long = Usa hasta { $length } caracteres para la contraseña
fault-common = Elige una contraseña más difícil de adivinar, como unas cuantas palabras seguidas
fault-current = Esa no es tu contraseña actual. Prueba otra vez.
fault-language = Elige uno de los idiomas
fault-label = Ponle al dispositivo un nombre de 1 a { $length } caracteres
