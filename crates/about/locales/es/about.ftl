about-title = Sobre { $paper }
about-nothing = Este periódico todavía no ha contado nada de sí mismo.
about-none = Este periódico todavía no ha publicado esta página.
about-version = Versión { $version }, en vigor desde el { $day }
about-version-to-come = Versión { $version }, en vigor a partir del { $day }
about-other-language = Este texto no está disponible en español.
about-others = Otras versiones
# Titles of pages that are not published yet.
about-terms = Condiciones de la suscripción digital
about-privacy = Tus datos
about-owner = De quién es este periódico
about-contact = Contacto y aviso legal
about-accessibility = Accesibilidad
about-corrections = Cómo corregimos los errores
refusal-about-slug = { $text } no sirve de nombre de página; usa minúsculas sin acento, cifras y guiones, como privacy
refusal-about-title-empty = pon un título a la página
refusal-about-title-long = el título es demasiado largo; tiene { $most } caracteres como mucho
refusal-about-title-unseen = el título tiene caracteres que nadie ve, o varias líneas; escríbelo en una línea
refusal-about-version = una versión tiene un nombre de hasta { $most } caracteres en una línea, como version = "2"
refusal-about-empty = falta el texto; escríbelo debajo de la segunda línea +++
refusal-about-long = el texto es demasiado largo; tiene { $most } kilobytes como mucho
refusal-about-kept = la versión { $version } de { $page } está publicada en este idioma ({ $language }) con otro texto y se queda como está; da a esta una versión propia, como version = "{ $version }b"
refusal-about-no-page = no hay ninguna página { $page }; `gaceta about list` las nombra
refusal-about-terms = las condiciones no se pueden retirar, porque hay lectores que las aceptaron; publica una versión nueva
