invite-letter-subject = “{ $host }” invites you to read { $paper }
invite-letter-what = It costs you nothing, and you read with an account of your own.
invite-letter-button = See the invitation
invite-letter-days = { $days ->
    [one] The link works for one day:
   *[other] The link works for { $days } days:
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
