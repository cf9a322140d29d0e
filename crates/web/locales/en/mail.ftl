# What stands in every mail.
letter-hello = Hello,
letter-link = If the button does nothing, copy this address into your browser:
letter-foot = { $paper } sent you this mail because of your account or because somebody gave us your address. It holds nothing that tells us whether you read it.
letter-when = When
letter-device = Device
letter-test-subject = A test of { $paper }
letter-test-text = This mail was sent to see whether mails of the paper arrive. They do.
