# The administration.
admin-subscriptions-title = Subscriptions
admin-give-title = Give a subscription
admin-give-what = It starts now. Whoever owns a running subscription keeps it, with the plan, readers and last day you set here.
admin-email-hint = The address of somebody who has an account.
admin-seats = Readers of a company
admin-seats-hint = Leave it empty for Digital and Premium.
admin-company = Name of the company
admin-until = Last day
admin-give = Give the subscription
admin-given = Done. It can be read on now.
admin-newest = Newest subscriptions
admin-none = Nobody has a subscription yet.
admin-no-reader = Nobody has an account with that address.
admin-no-plan = Choose a plan.
admin-no-seats = Say how many readers the company has, as a number from 1 up.
admin-seats-fixed = { $seats ->
    [one] That plan has one reader. Leave the number of readers empty.
   *[other] That plan has { $seats } readers. Leave the number of readers empty.
}
admin-no-day = Choose a last day that is still to come.
admin-no-company = The company's name has one line of up to 120 characters.
admin-seats-taken = { $taken ->
    [one] One person reads on that subscription, more than this plan has room for.
   *[other] { $taken } people read on that subscription, more than this plan has room for. Its owner can free places first.
}
