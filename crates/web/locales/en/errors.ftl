# What a reader sees when something is refused or breaks.
error-not-found-title = There is no page here
error-not-found = The address may have a typing mistake, or the page has moved.
error-forbidden-title = This page is for another account
error-forbidden = You are signed in, but not with the account this page belongs to.
error-foreign-title = This form came from another site
error-foreign = For your safety nothing was changed. Open the page here and send it again.
error-bad-request-title = We could not read that
error-bad-request = Something in the request was incomplete. Go back, load the page again and try once more. Nothing was changed.
error-too-large-title = That is too large
error-too-large = What you sent is larger than this form takes. Nothing was changed; make it shorter and send it again.
error-too-many-title = A short pause, please
error-too-many = There were many tries in a short time. You can go on in { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}.
error-unavailable-title = One moment
error-unavailable = The paper is busy getting back on its feet. Try again in a few seconds; nothing of yours is lost.
error-busy-title = Very many people are here
error-busy = So many people are reading right now that this page would take too long. Try again in a few seconds.
error-internal-title = Something broke on our side
error-internal = It is not your fault and nothing of yours is lost. Please try again. If it stays, tell us the number below.
error-number = Number: { $number }
