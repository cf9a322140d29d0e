invite-letter-subject = «{ $host }» te invita a leer { $paper }
invite-letter-what = No te cuesta nada, y lees con una cuenta propia.
invite-letter-button = Ver la invitación
invite-letter-days = { $days ->
    [one] El enlace sirve durante un día:
   *[other] El enlace sirve durante { $days } días:
}
invite-letter-not-you = ¿No sabes de quién es? Déjalo estar; no pasa nada.
invitation-who = «{ $host }» te invita a leer { $paper } con su suscripción.
