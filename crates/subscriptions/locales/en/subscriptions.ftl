invite-letter-subject = “{ $host }” invites you to read { $paper }
invite-letter-what = It costs you nothing, and you read with an account of your own.
invite-letter-button = See the invitation
invite-letter-days = { $days ->
    [one] The link works for one day:
   *[other] The link works for { $days } days:
}
invite-letter-not-you = If you don't know who this is from, ignore this mail. Nothing happens.
invitation-who = “{ $host }” invites you to read { $paper } on their subscription.
