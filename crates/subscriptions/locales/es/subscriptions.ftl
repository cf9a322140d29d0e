invite-letter-subject = «{ $host }» te invita a leer { $paper }
invite-letter-what = No te cuesta nada, y lees con una cuenta propia.
invite-letter-button = Ver la invitación
invite-letter-days = { $days ->
    [one] El enlace sirve durante un día.
   *[other] El enlace sirve durante { $days } días.
}
invite-letter-not-you = ¿No sabes de quién es? Déjalo estar; no pasa nada.
invitation-who = «{ $host }» te invita a leer { $paper } con su suscripción.
plan-fault-slug = Pon al plan un nombre corto para las direcciones: hasta { $length } letras minúsculas sin acento, cifras y guiones.
plan-fault-taken = Otro plan ya tiene ese nombre corto. Elige uno nuevo.
plan-fault-name = { $language }: el plan necesita un nombre de { $length } caracteres como mucho, en una línea.
plan-fault-description = { $language }: la descripción ocupa una línea de { $length } caracteres como mucho.
plan-fault-seats = Indica de cuántos a cuántos lectores, entre 1 y { $most }.
plan-fault-period = Elige uno de los periodos.
plan-fault-trial = La prueba dura de 0 a { $days } días.
plan-fault-place = El lugar es un número a partir de 0.
plan-fault-audience = Elige quién ve el plan.
plan-seats-fixed = { $seats ->
    [one] Ese plan tiene un lector. Deja vacío el número de lectores.
   *[other] Ese plan tiene { $seats } lectores. Deja vacío el número de lectores.
}
plan-seats-out-of-range = Indica cuántos lectores, entre { $least } y { $most }.
change-unknown = No existe esa suscripción.
change-over = Elige un último día que esté por llegar.
change-no-plan = El periódico no tiene ese plan. Elige uno de los suyos.
change-seats-taken = { $taken ->
    [one] Una persona lee con ella, más de las que caben en ese plan.
   *[other] { $taken } personas leen con ella, más de las que caben en ese plan. Su dueño puede liberar plazas antes.
}
change-ended = Ya ha terminado.
change-not-ended = Nadie la terminó antes de su último día, así que no hay nada que deshacer. Puedes poner otro último día.
change-owns-another = Su dueño tiene otra suscripción en vigor. Cambia esa.
reason-granted = la dio el periódico
reason-paid = pagada
reason-trial = de prueba
reason-grace = con un pago pendiente
reason-gift = un regalo
reason-company = por una empresa
happened-granted = dada
happened-trial-begun = empezó la prueba
happened-grace-begun = pago pendiente, sigue un tiempo
happened-extended = nuevo último día
happened-plan-changed = otro plan
happened-seats-changed = otro número de lectores
happened-owner-changed = otro dueño
happened-ended = terminada
happened-resumed = sigue de nuevo
happened-until = hasta el { $day }
# { $date } es el último día.
mail-granted-subject = Tu suscripción a { $paper }
mail-granted-text = { $paper } te ha dado una suscripción. Puedes leerlo todo hasta el { $date }.
mail-granted-seats = Con ella pueden leer { $seats } personas, contándote a ti. En tu cuenta dices quiénes.
mail-granted-button = Ir a mi suscripción
mail-granted-closing = No te cuesta nada y termina sola. ¿No la esperabas? No tienes que hacer nada.
mail-seated-subject = Ya puedes leer { $paper } completo
mail-seated-text = Ahora lees { $paper } con la suscripción de «{ $host }» y una cuenta propia. Nadie más ve lo que lees.
mail-seated-button = Leer { $paper }
mail-seated-closing = No te cuesta nada. ¿No sabes de quién es? No tienes que hacer nada.
mail-unseated-subject = Ya no lees { $paper } con una suscripción de otra persona
mail-unseated-text = «{ $host }» ha liberado la plaza con la que leías { $paper }. Tu cuenta sigue como está, y también los artículos gratuitos.
mail-unseated-button = Ver las suscripciones
mail-unseated-closing = ¿Es un error? «{ $host }» puede invitarte de nuevo.
mail-ends-soon-subject = Tu suscripción a { $paper } termina el { $date }
mail-ends-soon-text = Puedes leer todo { $paper } hasta el { $date }. No se renueva sola y no se cobra nada.
mail-ends-soon-others = Quienes leen contigo también pueden leer hasta ese día.
mail-ends-soon-button = Ver cómo seguir leyendo
mail-ends-soon-closing = Si ya lo tienes resuelto, no tienes que hacer nada.
mail-ended-subject = Tu suscripción a { $paper } ha terminado
mail-ended-text = Tu suscripción a { $paper } duró hasta el { $date }. Gracias por leernos. Conservas tu cuenta, y cada mes hay artículos gratuitos.
mail-ended-others = También ha terminado para quienes leían contigo.
mail-ended-button = Ver cómo seguir leyendo
mail-ended-closing = No se cobra nada y nada se renueva solo.
change-owns-it = Ya es suya.
seats-answer-invited = La invitación a { $email } va de camino.
seats-answer-renewed = La invitación a { $email } va otra vez de camino, con un enlace nuevo.
seats-answer-recent = { $email } recibió una invitación hace un momento, y ese correo va de camino.
seats-answer-seated = { $email } ya lee con ella.
seats-answer-repeated = { $email } está más arriba en la lista y cuenta una vez.
seats-answer-no-address = { $email } no parece un correo electrónico.
seats-answer-full = Ahora mismo no hay plazas libres. Libera una o pide más.
seats-answer-too-many = En la última hora han salido muchas invitaciones. Prueba otra vez con { $email } dentro de un rato.
seats-answer-ended = Esta suscripción ha terminado y ya no admite invitaciones.
admins-small = Tan pocos lectores no necesitan a nadie que los gestione. Hay planes para más.
admins-no-seat = Solo puede gestionarla alguien que lea con esta suscripción. Invita primero a esa persona; después puede dejar su plaza.
admins-enough = Ya la gestionan { $most } personas. Quita antes a una.
admins-last = Alguien tiene que gestionarla, así que el titular se queda. Escribe al periódico y pasará la suscripción a otra persona.
seat-done-invited = invitación
seat-done-renewed = invitación de nuevo
seat-done-accepted = aceptó
seat-done-seated = recibió una plaza
seat-done-removed = plaza quitada
seat-done-withdrawn = invitación retirada
seat-done-left = dejó su propia plaza
seat-done-admin-added = también la gestiona
seat-done-admin-removed = ya no la gestiona
seat-done-owner-changed = es titular desde ahora
