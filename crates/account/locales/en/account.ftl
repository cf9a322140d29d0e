# Accounts: signing in and up, passwords, devices, and their mails.
name = Name
name-hint = If you like. People who share a plan with you see it.
email-hint = We send you a link to confirm it.
password-hint = At least { $length } characters. A few words in a row work well.
language = Language
language-hint = For your account pages and our mails. Articles stay in the language of their edition.
save = Save
back = Back
sign-out = Sign out
sign-out-text = Only on this device. Your other devices stay signed in.
sign-in-forgot = Forgot your password?
sign-in-new = New here?
sign-up-title = Create an account
sign-up-terms = By creating an account you accept the terms:
sign-up-known = Have an account already?
sent-title = Look in your inbox
sent-sign-up = We have sent a mail to the address you gave. Open the link in it to go on. The link works for { $hours ->
    [one] one hour
   *[other] { $hours } hours
}.
sent-reset = We have sent a mail to the address you gave. Open the link in it to choose a new password. The link works for { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}.
sent-hint = Nothing there after a few minutes? Look among the unwanted mail, and check that the address was right.
sent-again = Try again
dead-title = This link no longer works
dead-text = It has been used already, or it is too old. You can get a new one right away.
dead-again = Get a new link
proof-title = Confirm your address
proof-text = One last step: press the button and your account is ready.
proof-text-elsewhere = You opened the link in another browser than the one you signed up in. So that the account is yours alone, choose its password here; this one counts.
proof-button = Confirm this address
reset-title = Choose a new password
reset-text = Tell us your e-mail address and we send you a link.
reset-button = Send the link
new-password = New password
new-password-title = Your new password
new-password-text = Once it is saved, you are signed out on every device and sign in with the new one.
new-password-button = Save the new password
account-title = Your account
account-nav = Your account
account-you = About you
password-title = Change password
password-text = Your other devices are signed out and this one stays signed in. That also helps when you don't know who is using your account.
password-current = Current password
password-button = Change it and sign out my other devices
devices-title = Your devices
devices-where = Where you are signed in
devices-text = You can sign in on as many devices as you like.
devices-seen = Last seen { $span } ago
devices-here = This device
devices-reading = Reading now
devices-rename = Change name
devices-name = Name of this device
devices-sign-out = Sign out
devices-unknown = Don't know one of them?
devices-unknown-text = Sign it out here. If you change your password too, it can't come back:
notice-proved = Your address is confirmed. Sign in and you are set.
notice-reset = Your new password is saved. Sign in with it.
notice-saved = Saved.
notice-password = Your password is changed, and your other devices are signed out.
notice-renamed = The new name is saved.
notice-ended = That device is signed out.
notice-overtaken = Somebody else changed the password a moment ago, so this change was not made. If that was not you, ask for a new password by e-mail.
fault-name = Use a name of up to { $length } characters, on one line
fault-email = Write an e-mail address, such as ana@example.com
fault-short = Use at least { $length } characters for the password
fault-long = Use up to { $length } characters for the password
fault-common = Choose a password that is harder to guess, such as a few words in a row
fault-current = That is not your current password. Try again.
fault-language = Choose one of the languages
fault-label = Give the device a name of 1 to { $length } characters
