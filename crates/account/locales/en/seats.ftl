# Plans, seats, invitations, terms.
plans-title = Plans
plans-lead = Every plan opens every article, on all your devices, one at a time for each reader.
plans-how-title = How to subscribe
plans-how = The paper sets up subscriptions itself for now; there is no payment on this site yet. Write to us and we will tell you the price and open your plan:
plans-terms = Terms of the digital subscription
plans-have = Already a subscriber?
plans-mine = My subscription
plan-current = Your plan
plan-seats = { $seats ->
    [one] One reader
    [2] Two readers
   *[other] { $seats } readers
}
plan-seats-agreed = As many readers as you need
plan-seats-range = { $least } to { $most } readers
plan-ask = Ask for { $plan }
plan-period-month = For a month at a time
plan-period-quarter = For three months at a time
plan-period-year = For a year at a time
plan-trial = { $days ->
    [one] One day to try it first
   *[other] { $days } days to try it first
}
plans-none = The paper has no plans to show right now.
plan-tick-all = Every article
plan-tick-devices = All your devices, one at a time
plan-tick-own = Each reader signs in with their own e-mail and has their own turn
plan-tick-company = One person invites and manages everybody
subscription-title = My subscription
subscription-of = You read on the subscription of { $host }.
subscription-plan = Plan
subscription-plans = See the plans
subscription-until = Until
subscription-seats = Readers
subscription-see-seats = See who reads
subscription-terms = Version { $version }, since { $day }
subscription-read-terms = Read them
seats-title = Readers on my plan
seats-used = { $used } of { $seats } { $seats ->
    [one] place
   *[other] places
} in use
seats-own-turn = Each reader has an account of their own and reads on one device at a time, without taking anyone's turn.
seats-since = Reading since { $day }
seats-invited = Invited
seats-invited-until = The invitation is open until { $day }
seats-ran-out = The invitation has run out
seats-undelivered = We could not deliver the mail. Withdraw the invitation, check the address and invite again.
seats-you = You
seats-withdraw = Withdraw the invitation to { $email }
seats-remove = Remove { $email }
seats-invite-title = Add a reader
seats-emails = E-mail addresses
seats-emails-hint = { $free ->
    [one] One place is free.
   *[other] { $free } places are free.
} Write one address on each line, or separate them with commas.
seats-email-hint = They get a mail with a link and read as soon as they accept.
seats-invite = Send the invitation
seats-done-invited = The invitation is on its way.
seats-done-removed = Done. That place is free again.
seats-no-address = { $email } does not look like an e-mail address. Nobody has been invited yet.
seats-nobody = Write the e-mail address of the person you want to invite.
seats-two-title = Two of you reading?
seats-two = There are plans with a place for each of you, and each gets their own turn.
seats-two-link = See the plans
seats-none-title = All places are in use
seats-none = To invite someone else, free a place above or ask for more.
seats-more-link = See the plans
seats-ask-host = { $host } manages the places on this plan.
invitation-title = You are invited to read
invitation-for = The invitation is for { $email }.
invitation-accept = Accept and start reading
invitation-sign-in = The invitation is for { $email }, who already has an account. Sign in with it and you can accept.
invitation-sign-up = The invitation is for { $email }. Choose a password and your account is ready.
invitation-name = Your name
invitation-name-hint = Optional. It is what we call you.
invitation-terms = By joining you accept the
invitation-join = Create my account and start reading
invitation-gone-title = This invitation is closed
invitation-gone = It has been used, withdrawn or has run out. Ask the person who invited you to send it again.
invitation-full = All places on that subscription are in use by now. Ask the person who invited you to free one.
subscription-why = Why
seats-some-invited = { $count ->
    [one] One other person on your list has been invited.
   *[other] { $count } others on your list have been invited.
}
seats-done-renewed = The invitation is on its way again, with a new link.
seats-done-recent = The invitation went out a moment ago, and its mail is on its way.
seats-done-taken = Done. You read on this subscription now.
seats-resend = Send it again
seats-withdraw-ask = Withdraw…
seats-withdraw-what = The link in the mail stops working and the place is free again. You can invite them again at any time.
seats-remove-ask = Remove…
seats-remove-what = They stop reading on this subscription at once and keep their account. You can invite them again at any time.
seats-search = Search
seats-search-hint = How the e-mail address begins.
seats-search-button = Search
seats-nobody-found = Nobody is found.
seats-more = More
seats-own-title = Your own place
seats-give-up-ask = Give up your own place…
seats-give-up-what = You go on looking after this subscription and leave your place to somebody else. You can take one again while one is free.
seats-give-up = Give up my place
seats-take-what = You look after this subscription and do not read on it. A place is free.
seats-take = Take a place
admins-title = Who looks after it
admins-what = All of them can invite, remove and see what was done. None of them needs a place.
admins-owner = Owner
admins-since = Since { $day }
admins-add-title = Add somebody
admins-add-hint = Somebody who reads on this subscription. They can give up their place afterwards.
admins-add = Let them look after it, too
admins-drop-ask = Remove…
admins-drop-what = They cannot invite or remove anybody any more. A place of theirs stays.
admins-drop = { $email } no longer looks after it
admins-done-added = Done. They can look after it from now on.
admins-done-removed = Done. They no longer look after it.
seat-log-title = What was done
seat-log-file = Download everything as CSV
seat-log-none = Nothing so far.
seat-log-when = When
seat-log-what = What
seat-log-about = About
seat-log-who = Who
seat-log-paper = the paper
seat-log-gone = somebody who has left
