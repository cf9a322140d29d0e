invite-letter-subject = «{ $host }» te invita a leer { $paper }
invite-letter-what = No te cuesta nada, y lees con una cuenta propia.
invite-letter-button = Ver la invitación
invite-letter-days = { $days ->
    [one] El enlace sirve durante un día:
   *[other] El enlace sirve durante { $days } días:
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
