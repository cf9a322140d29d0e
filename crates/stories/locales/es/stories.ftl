# Historias en curso.
story-kicker = Historia en curso
story-known = Lo que sabemos
story-oldest = Leerla desde el principio
story-newest = Lo último primero
story-source = Fuente:
story-people = Quién es quién
story-figures = En cifras
story-articles = Todos los artículos de esta historia
story-empty = De esta historia todavía no se ha contado nada.
story-whole = Toda la historia
