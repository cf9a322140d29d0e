# The frame of every page.
language-name = English
skip = Skip to content
logo-label = { $paper }, front page
account = Account
sections = Sections
about = About us
contact = Contact
privacy = Privacy
terms = Terms
to-front = Go to the front page
sign-in = Sign in
email = E-mail
password = Password
problem = There is a problem
error-prefix = Error:
