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
