# Planes, plazas, invitaciones, condiciones.
plans-title = Planes
plans-lead = Todos los planes abren todos los artículos, en todos tus dispositivos, uno a la vez para cada lector.
plans-how-title = Cómo suscribirse
plans-how = Por ahora el periódico da de alta las suscripciones; en este sitio todavía no se puede pagar. Escríbenos, te decimos el precio y abrimos tu plan:
plans-terms = Condiciones de la suscripción digital
plans-have = ¿Ya tienes suscripción?
plans-mine = Mi suscripción
plan-current = Tu plan
plan-seats = { $seats ->
    [one] Un lector
    [2] Dos lectores
   *[other] { $seats } lectores
}
plan-seats-agreed = Los lectores que necesites
plan-seats-range = De { $least } a { $most } lectores
plan-ask = Pedir { $plan }
plan-period-month = Por meses
plan-period-quarter = Por trimestres
plan-period-year = Por años
plan-trial = { $days ->
    [one] Un día de prueba
   *[other] { $days } días de prueba
}
plans-none = Ahora mismo el periódico no tiene planes que mostrar.
plan-tick-all = Todos los artículos
plan-tick-devices = Todos tus dispositivos, uno a la vez
plan-tick-own = Cada lector entra con su propio correo y tiene su turno
plan-tick-company = Una persona invita y gestiona a todas las demás
subscription-title = Mi suscripción
subscription-of = Lees con la suscripción de { $host }.
subscription-plan = Plan
subscription-plans = Ver los planes
subscription-until = Hasta
subscription-seats = Lectores
subscription-see-seats = Ver quién lee
subscription-terms = Versión { $version }, desde el { $day }
subscription-read-terms = Leerlas
seats-title = Lectores de mi plan
seats-used = { $seats ->
    [one] { $used } de { $seats } plaza ocupada
   *[other] { $used } de { $seats } plazas ocupadas
}
seats-own-turn = Cada lector tiene su propia cuenta y lee en un dispositivo a la vez, sin quitarle el turno a nadie.
seats-since = Lee desde el { $day }
seats-invited = Invitación enviada
seats-invited-until = La invitación está abierta hasta el { $day }
seats-ran-out = La invitación ha caducado
seats-undelivered = No hemos podido entregar el correo. Retira la invitación, revisa la dirección e invita de nuevo.
seats-you = Tú
seats-withdraw = Retirar la invitación a { $email }
seats-remove = Quitar a { $email }
seats-invite-title = Añadir un lector
seats-emails = Correos electrónicos
seats-emails-hint = { $free ->
    [one] Hay una plaza libre.
   *[other] Hay { $free } plazas libres.
} Escribe un correo en cada línea o sepáralos con comas.
seats-email-hint = Recibirá un correo con un enlace y podrá leer en cuanto acepte.
seats-invite = Enviar la invitación
seats-done-invited = La invitación va de camino.
seats-done-removed = Hecho. Esa plaza vuelve a estar libre.
seats-no-address = { $email } no parece un correo electrónico. Todavía no se ha invitado a nadie.
seats-nobody = Escribe el correo de la persona a la que quieres invitar.
seats-two-title = ¿Leéis dos personas?
seats-two = Hay planes con una plaza para cada persona, y cada cual tiene su turno.
seats-two-link = Ver los planes
seats-none-title = Todas las plazas están ocupadas
seats-none = Para invitar a alguien más, libera una plaza aquí arriba o pide más.
seats-more-link = Ver los planes
seats-ask-host = { $host } gestiona las plazas de este plan.
invitation-title = Te invitan a leer
invitation-for = La invitación es para { $email }.
invitation-accept = Aceptar y empezar a leer
invitation-sign-in = La invitación es para { $email }, que ya tiene cuenta. Entra con ella y podrás aceptar.
invitation-sign-up = La invitación es para { $email }. Elige una contraseña y tu cuenta estará lista.
invitation-name = Tu nombre
invitation-name-hint = Opcional. Es como te llamaremos.
invitation-terms = Al crear la cuenta aceptas las
invitation-join = Crear mi cuenta y empezar a leer
invitation-gone-title = Esta invitación está cerrada
invitation-gone = Ya se usó, se retiró o ha caducado. Pide a quien te invitó que te la envíe otra vez.
invitation-full = Ya están ocupadas todas las plazas de esa suscripción. Pide a quien te invitó que libere una.
subscription-why = Por qué
seats-some-invited = { $count ->
    [one] Otra persona de tu lista ya está invitada.
   *[other] Otras { $count } personas de tu lista ya están invitadas.
}
seats-done-renewed = La invitación va otra vez de camino, con un enlace nuevo.
seats-done-recent = La invitación salió hace un momento y su correo va de camino.
seats-done-taken = Hecho. Ya lees con esta suscripción.
seats-resend = Enviarla otra vez
seats-withdraw-ask = Retirar…
seats-withdraw-what = El enlace del correo deja de funcionar y la plaza vuelve a estar libre. Puedes invitar de nuevo cuando quieras.
seats-remove-ask = Quitar…
seats-remove-what = Deja de leer con esta suscripción en el momento y conserva su cuenta. Puedes invitar de nuevo cuando quieras.
seats-search = Buscar
seats-search-hint = Cómo empieza el correo electrónico.
seats-search-button = Buscar
seats-nobody-found = No se encuentra a nadie.
seats-more = Más
seats-own-title = Tu propia plaza
seats-give-up-ask = Dejar tu propia plaza…
seats-give-up-what = Sigues gestionando esta suscripción y dejas tu plaza a otra persona. Puedes volver a ocupar una mientras quede alguna libre.
seats-give-up = Dejar mi plaza
seats-take-what = Gestionas esta suscripción y no lees con ella. Hay una plaza libre.
seats-take = Ocupar una plaza
admins-title = Quién la gestiona
admins-what = Cualquiera de estas personas puede invitar, quitar y ver lo que se ha hecho. Ninguna necesita una plaza.
admins-owner = Titular
admins-since = Desde el { $day }
admins-add-title = Añadir a alguien
admins-add-hint = Alguien que lea con esta suscripción. Después puede dejar su plaza.
admins-add = Que también la gestione
admins-drop-ask = Quitar…
admins-drop-what = Ya no podrá invitar ni quitar a nadie. Si tiene una plaza, la conserva.
admins-drop = { $email } deja de gestionarla
admins-done-added = Hecho. Ya puede gestionarla.
admins-done-removed = Hecho. Ya no la gestiona.
seat-log-title = Qué se ha hecho
seat-log-file = Descargar todo en CSV
seat-log-none = Nada por ahora.
seat-log-when = Cuándo
seat-log-what = Qué
seat-log-about = Sobre
seat-log-who = Quién
seat-log-paper = el periódico
seat-log-gone = alguien que ya no está
