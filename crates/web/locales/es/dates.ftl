# Fechas y horas.
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
date = { $day } de { $month } de { $year }
moment = { $date }, { $time }
message-since = { $hour ->
    [1] Leyendo desde la { $time }
   *[other] Leyendo desde las { $time }
}
