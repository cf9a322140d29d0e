about-title = About { $paper }
about-nothing = This paper has not said anything about itself yet.
about-none = This paper has not published this page yet.
about-version = Version { $version }, in force since { $day }
about-version-to-come = Version { $version }, in force from { $day }
about-other-language = This text is not available in English.
about-others = Other versions
# Titles of pages that are not published yet.
about-terms = Terms of the digital subscription
about-privacy = Your data
about-owner = Who owns this paper
about-contact = Contact and legal notice
about-accessibility = Accessibility
about-corrections = How we correct mistakes
refusal-about-slug = { $text } is no name for a page; use small letters, digits and hyphens, such as privacy
refusal-about-title-empty = give the page a title
refusal-about-title-long = the title is too long; it has { $most } characters at most
refusal-about-title-unseen = the title has characters that nobody sees, or several lines; write it in one line
refusal-about-version = a version has a name of up to { $most } characters in one line, such as version = "2"
refusal-about-empty = the text is missing; write it below the second line +++
refusal-about-long = the text is too long; it has { $most } kilobytes at most
refusal-about-kept = version { $version } of { $page } is published in this language ({ $language }) with another text, and stays as it is; give this one a version of its own, such as version = "{ $version }b"
refusal-about-no-page = there is no page { $page }; `gaceta about list` names them
refusal-about-terms = the terms cannot be withdrawn, since readers agreed to them; publish a new version of them
