# Por qué no se publicó una historia en curso. Va detrás del nombre de un archivo o junto a un campo.
refusal-story-title-empty = la historia no tiene título
refusal-story-title-long = el título de la historia tiene más de { $most } caracteres; acórtalo
refusal-story-title-unseen = el título de la historia tiene un salto de línea o un carácter que no se ve; escríbelo de nuevo en una sola línea
refusal-story-day = hecho «{ $event }»: «{ $date }» no es un día; escribe uno como «2026-02-24»
refusal-story-event-source = el hecho «{ $event }» necesita una fuente: di quién lo contó
refusal-story-figure-source = la cifra «{ $figure }» necesita una fuente: di quién la contó
