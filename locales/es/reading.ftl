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
gate-guest-title = Entra para leer esta página
gate-guest-text = Es para suscriptores de { $paper }. Entra y vuelves directamente aquí.
gate-wall-title = Esta página viene con la suscripción
gate-wall-text = Has entrado, pero ahora no tienes ningún plan de { $paper }. Echa un vistazo: se empieza en un minuto.
gate-wall-act = Ver los planes
gate-elsewhere-text = Con tu plan lee un dispositivo a la vez, y ahora se está leyendo en otro. Puedes traer la lectura aquí; el otro guarda su sitio.
gate-elsewhere-act = Elegir dónde leer
gate-lead-title = Esta página aún no se ha abierto
gate-lead-text = Solo se había cargado por adelantado. Ábrela y podrás leerla.
gate-lead-act = Abrir la página
gate-lost-title = Este enlace no lleva a ningún sitio conocido
gate-lost-text = Debería devolverte a una página nuestra, pero su dirección no lo es. Vuelve a la página de la que vienes e inténtalo otra vez allí.
