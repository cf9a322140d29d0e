# La administración.
admin-subscriptions-title = Suscripciones
admin-give-title = Dar una suscripción
admin-give-what = Empieza ahora. Quien ya tiene una en vigor la conserva, con el plan, los lectores y el último día que pongas aquí.
admin-email-hint = El correo de alguien que tiene cuenta.
admin-seats = Lectores de una empresa
admin-seats-hint = Déjalo vacío para Digital y Premium.
admin-company = Nombre de la empresa
admin-until = Último día
admin-give = Dar la suscripción
admin-given = Hecho. Ya se puede leer con ella.
admin-newest = Suscripciones más recientes
admin-none = Todavía nadie tiene suscripción.
admin-no-reader = Nadie tiene cuenta con ese correo.
admin-no-plan = Elige un plan.
admin-no-seats = Indica cuántos lectores tiene la empresa, con un número a partir de 1.
admin-seats-fixed = { $seats ->
    [one] Ese plan tiene un lector. Deja vacío el número de lectores.
   *[other] Ese plan tiene { $seats } lectores. Deja vacío el número de lectores.
}
admin-no-day = Elige un último día que esté por llegar.
admin-no-company = El nombre de la empresa ocupa una línea de 120 caracteres como mucho.
admin-seats-taken = { $taken ->
    [one] Una persona lee con esa suscripción, más de las que caben en este plan.
   *[other] { $taken } personas leen con esa suscripción, más de las que caben en este plan. Su dueño puede liberar plazas antes.
}
