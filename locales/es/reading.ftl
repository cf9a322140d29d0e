# Un dispositivo a la vez.
message-title = Ya hay una lectura abierta
message-about = Ibas a leer
message-why = Con tu plan lee un dispositivo a la vez. Ahora el turno lo tiene este:
message-since = { $hour ->
    [1] Leyendo desde la { $time }
   *[other] Leyendo desde las { $time }
}
message-effect = Si lees aquí, el otro se detiene y guarda su sitio. No se cierra ninguna sesión.
message-take = Leer aquí
message-not-now = Ahora no, ir a la portada
message-two = ¿Leéis dos personas?
message-offer = Añade un lector y cada cual tendrá su turno.
message-add = Añadir un lector
message-unknown = ¿No reconoces ese dispositivo?
message-devices = Revisar mis dispositivos
message-password = Cambiar la contraseña
message-terms = Por qué un dispositivo a la vez: las condiciones
moved-title = La lectura sigue en otro dispositivo
moved-text = acaba de tomar el turno. Guardamos tu sitio en este artículo.
moved-bar = { $device } acaba de tomar el turno. Termina con calma; guardamos tu sitio.
moved-take = Leer aquí de nuevo
moved-leave = Dejarlo por ahora
moved-not-me = No he sido yo
moved-busy = Pasando…
moved-returned = Ya puedes leer aquí.
moved-failed = No hemos podido pasar la lectura. Prueba otra vez.
ended-title = Se ha cerrado tu sesión aquí
ended-text = Entra de nuevo y sigue donde estabas.
ended-reload = Cargar la página otra vez
sign-in-title = Entrar
sign-in-wrong = Ese correo y esa contraseña no coinciden. Prueba otra vez.
