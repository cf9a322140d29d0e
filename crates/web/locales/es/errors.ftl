# Lo que ve un lector cuando algo no se puede o se rompe.
error-not-found-title = Aquí no hay ninguna página
error-not-found = Puede que la dirección tenga una errata o que la página se haya movido.
error-forbidden-title = Esta página es de otra cuenta
error-forbidden = Has entrado, pero no con la cuenta a la que pertenece esta página.
error-foreign-title = Este formulario venía de otro sitio
error-foreign = Por tu seguridad no hemos cambiado nada. Abre la página aquí y envíala de nuevo.
error-bad-request-title = No hemos podido leerlo
error-bad-request = Faltaba algo en la petición. Vuelve atrás, carga la página otra vez y prueba de nuevo. No se ha cambiado nada.
error-too-large-title = Es demasiado grande
error-too-large = Lo que has enviado no cabe en este formulario. No se ha cambiado nada; acórtalo y envíalo otra vez.
error-too-many-title = Una pequeña pausa
error-too-many = Ha habido muchos intentos en poco tiempo. Puedes seguir en { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
}.
error-unavailable-title = Un momento
error-unavailable = El periódico se está recuperando. Prueba de nuevo en unos segundos; no se ha perdido nada tuyo.
error-busy-title = Hay muchísima gente
error-busy = Ahora mismo nos lee tanta gente que esta página tardaría demasiado. Prueba de nuevo en unos segundos.
error-internal-title = Algo se ha roto por nuestra parte
error-internal = No es culpa tuya y no se ha perdido nada. Prueba otra vez. Si sigue igual, dinos el número de abajo.
error-number = Número: { $number }
