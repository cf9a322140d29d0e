# El marco de todas las páginas.
language-name = Español
skip = Saltar al contenido
logo-label = { $paper }, portada
account = Cuenta
sections = Secciones
about = Quiénes somos
contact = Contacto
privacy = Privacidad
terms = Condiciones
to-front = Ir a la portada
sign-in = Entrar
email = Correo electrónico
password = Contraseña
problem = Hay un problema
error-prefix = Error:
