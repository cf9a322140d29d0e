invite-letter-subject = “{ $host }” invites you to read { $paper }
invite-letter-what = It costs you nothing, and you read with an account of your own.
invite-letter-button = See the invitation
invite-letter-days = { $days ->
    [one] The link works for one day.
   *[other] The link works for { $days } days.
}
invite-letter-not-you = If you don't know who this is from, ignore this mail. Nothing happens.
invitation-who = “{ $host }” invites you to read { $paper } on their subscription.
plan-fault-slug = Give the plan a short name for addresses: up to { $length } small letters, digits and hyphens.
plan-fault-taken = Another plan has that short name. Choose a new one.
plan-fault-name = { $language }: the plan needs a name of up to { $length } characters, on one line.
plan-fault-description = { $language }: the description has one line of up to { $length } characters.
plan-fault-seats = Say from how many to how many readers, from 1 to { $most }.
plan-fault-period = Choose one of the periods.
plan-fault-trial = A trial lasts from 0 to { $days } days.
plan-fault-place = The place is a number from 0 up.
plan-fault-audience = Choose who sees the plan.
plan-seats-fixed = { $seats ->
    [one] That plan has one reader. Leave the number of readers empty.
   *[other] That plan has { $seats } readers. Leave the number of readers empty.
}
plan-seats-out-of-range = Say how many readers, from { $least } to { $most }.
change-unknown = There is no such subscription.
change-over = Choose a last day that is still to come.
change-no-plan = The paper has no such plan. Choose one of its plans.
change-seats-taken = { $taken ->
    [one] One person reads on it, more than that plan has room for.
   *[other] { $taken } people read on it, more than that plan has room for. Its owner can free places first.
}
change-ended = It has ended already.
change-not-ended = Nobody ended it before its last day, so there is nothing to undo. You can set a new last day.
change-owns-another = Its owner has another subscription that runs. Change that one.
reason-granted = given by the paper
reason-paid = paid for
reason-trial = on trial
reason-grace = a payment is late
reason-gift = a gift
reason-company = through a company
happened-granted = given
happened-trial-begun = trial begun
happened-grace-begun = payment late, goes on for a while
happened-extended = last day set
happened-plan-changed = other plan
happened-seats-changed = other number of readers
happened-owner-changed = other owner
happened-ended = ended
happened-resumed = goes on again
happened-until = until { $day }
# { $date } is the last day.
mail-granted-subject = Your subscription to { $paper }
mail-granted-text = { $paper } has given you a subscription. You read everything, until { $date }.
mail-granted-seats = { $seats } people can read on it, you among them. Whom, you say in your account.
mail-granted-button = Go to my subscription
mail-granted-closing = It costs you nothing and ends by itself. Did you not expect it? Then you need do nothing.
mail-seated-subject = You can read all of { $paper } now
mail-seated-text = You read { $paper } on the subscription of “{ $host }” now, with an account of your own. Nobody there sees what you read.
mail-seated-button = Read { $paper }
mail-seated-closing = It costs you nothing. If you don't know who this is from, you need do nothing.
mail-unseated-subject = You no longer read { $paper } as a guest
mail-unseated-text = “{ $host }” has freed the place on which you read { $paper }. Your account stays as it is, and so do the articles that are free.
mail-unseated-button = See the subscriptions
mail-unseated-closing = Is that a mistake? Then “{ $host }” can invite you again.
mail-ends-soon-subject = Your subscription to { $paper } ends on { $date }
mail-ends-soon-text = You read everything in { $paper } until { $date }. It does not go on by itself, and nothing is charged.
mail-ends-soon-others = Those who read on it with you can read until then, too.
mail-ends-soon-button = See how to go on reading
mail-ends-soon-closing = If you have arranged something already, you need do nothing.
mail-ended-subject = Your subscription to { $paper } has ended
mail-ended-text = Your subscription to { $paper } ran until { $date }. Thank you for reading. Your account stays, and some articles are free every month.
mail-ended-others = It has ended for those who read on it with you, too.
mail-ended-button = See how to go on reading
mail-ended-closing = Nothing is charged, and nothing goes on by itself.
change-owns-it = It is theirs already.
seats-answer-invited = The invitation to { $email } is on its way.
seats-answer-renewed = The invitation to { $email } is on its way again, with a new link.
seats-answer-recent = { $email } was invited a moment ago, and that mail is on its way.
seats-answer-seated = { $email } already reads on it.
seats-answer-repeated = { $email } stands further up in the list, and counts once.
seats-answer-no-address = { $email } does not look like an e-mail address.
seats-answer-full = No place is free right now. Free one or ask for more.
seats-answer-too-many = Many invitations have gone out in the last hour. Try { $email } again a little later.
seats-answer-ended = This subscription has ended, so invitations are closed.
admins-small = So few readers need nobody to look after them. There are plans for more.
admins-no-seat = Only somebody who reads on this subscription can look after it. Invite them first; they can give up their place afterwards.
admins-enough = { $most } people look after it already. Remove one of them first.
admins-last = Somebody has to look after it, so the owner stays. Write to the paper, and it will pass the subscription on to somebody else.
seat-done-invited = invited
seat-done-renewed = invited again
seat-done-accepted = accepted
seat-done-seated = got a place
seat-done-removed = removed
seat-done-withdrawn = invitation withdrawn
seat-done-left = gave up their own place
seat-done-admin-added = looks after it, too
seat-done-admin-removed = no longer looks after it
seat-done-owner-changed = is the owner now
