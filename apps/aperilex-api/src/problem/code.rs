//! The closed set of problem codes. A code never changes its meaning; clients act on it.

use poem::http::StatusCode;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:ident, $title:literal;)*) => {
        /// What went wrong, in one stable word. Each has a page in `docs/problems`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, poem_openapi::Enum)]
        pub enum ProblemCode {
            $($(#[$doc])* #[oai(rename = $code)] $variant,)*
        }

        impl ProblemCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word as sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// The HTTP status it is sent with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),* }
            }

            /// The same for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }
        }
    };
}

codes! {
    /// The body is not one JSON object.
    MalformedJson = "malformed-json", BAD_REQUEST, "The body is not a JSON object";
    /// An object has a key twice.
    DuplicateKey = "duplicate-key", BAD_REQUEST, "A key occurs twice";
    /// An id in the path is not a UUID.
    InvalidId = "invalid-id", BAD_REQUEST, "The id is not a UUID";
    /// A cursor was not made by this list for this account.
    BadCursor = "bad-cursor", BAD_REQUEST, "The cursor is not valid here";
    /// `Idempotency-Key` is empty, too long or not visible ASCII.
    BadIdempotencyKey = "bad-idempotency-key", BAD_REQUEST, "The Idempotency-Key is not valid";
    /// A key was sent in the URL.
    CredentialsInUrl = "credentials-in-url", BAD_REQUEST, "Credentials do not belong in a URL";
    /// The request contradicts itself.
    BadRequest = "bad-request", BAD_REQUEST, "The request cannot be understood";
    /// An event is not signed as agreed.
    BadSignature = "bad-signature", BAD_REQUEST, "The event is not signed as agreed";
    /// No valid key was sent.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "A valid API key is needed";
    /// The e-mail address or the password is wrong, or an identity provider did not vouch.
    SignInFailed = "sign-in-failed", UNAUTHORIZED, "Signing in failed";
    /// The session is over, or its refresh token was used before.
    SessionExpired = "session-expired", UNAUTHORIZED, "The session is over";
    /// Less is available than is needed.
    InsufficientCredits = "insufficient-credits", PAYMENT_REQUIRED, "Not enough credits";
    /// The account owes for a payment that was taken back.
    PastDue = "past-due", PAYMENT_REQUIRED, "The account owes for a payment that was taken back";
    /// The price is over `max_price_usd`.
    OverMaxPrice = "over-max-price", PAYMENT_REQUIRED, "The price is over the request's limit";
    /// The filing is large and the request does not show that its price is known.
    LargeFiling = "large-filing", PAYMENT_REQUIRED, "The filing is large and costs more";
    /// The account is suspended.
    AccountSuspended = "account-suspended", FORBIDDEN, "The account is suspended";
    /// Nobody has shown yet that the account's address is theirs.
    Unverified = "unverified", FORBIDDEN, "The e-mail address is not verified";
    /// The key is not for this.
    ScopeMissing = "scope-missing", FORBIDDEN, "The key is not for this";
    /// A challenge is to be passed first.
    ChallengeRequired = "challenge-required", FORBIDDEN, "A challenge is to be passed";
    /// This installation does not do that.
    NotOffered = "not-offered", FORBIDDEN, "This is not offered here";
    /// The account's own model key is to be used, and there is none.
    OwnKeyMissing = "own-key-missing", FORBIDDEN, "There is no model key of your own";
    /// Only administrators may.
    NotAdmin = "not-admin", FORBIDDEN, "This is for administrators";
    /// The plan does not cover the filing.
    NotEntitled = "not-entitled", FORBIDDEN, "The plan does not cover this filing";
    /// There is no such thing, or this account may not know of it.
    NotFound = "not-found", NOT_FOUND, "There is no such thing";
    /// No operation has this path.
    NoSuchRoute = "no-such-route", NOT_FOUND, "There is nothing at this address";
    /// The path has other methods.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "The method is not offered here";
    /// No accepted media type is offered.
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE, "No accepted media type is offered";
    /// The body did not arrive in time.
    BodyTimeout = "body-timeout", REQUEST_TIMEOUT, "The body did not arrive in time";
    /// The task is past the point of return.
    NotCancellable = "not-cancellable", CONFLICT, "The task can no longer be cancelled";
    /// The first request with this key is not answered yet.
    IdempotencyInProgress =
        "idempotency-in-progress", CONFLICT, "The first request is not answered yet";
    /// The quote has expired and it costs more now.
    PriceChanged = "price-changed", CONFLICT, "The price has changed since the quote";
    /// The quote was used for another task.
    QuoteUsed = "quote-used", CONFLICT, "The quote was used before";
    /// The address has an account.
    EmailTaken = "email-taken", CONFLICT, "The e-mail address has an account";
    /// The account has as many keys as it may.
    TooManyKeys = "too-many-keys", CONFLICT, "The account has too many keys";
    /// What is to be changed is no longer what was looked at.
    VersionChanged = "version-changed", PRECONDITION_FAILED, "It has changed since you looked";
    /// A change that could undo somebody else's says what it is based on.
    VersionRequired =
        "version-required", PRECONDITION_REQUIRED, "Say which version you looked at";
    /// Another request changed the same thing at the same time.
    Conflict = "conflict", CONFLICT, "Another request was faster";
    /// The body is larger than the limit.
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// A bulk import of too many filings.
    TooManyItems = "too-many-items", PAYLOAD_TOO_LARGE, "Too many filings in one import";
    /// The address is longer than any of ours.
    UriTooLong = "uri-too-long", URI_TOO_LONG, "The address is too long";
    /// Too many header fields, or too long ones.
    HeadTooLarge =
        "head-too-large", REQUEST_HEADER_FIELDS_TOO_LARGE, "The head of the request is too large";
    /// The body is not declared as JSON.
    UnsupportedMediaType =
        "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The media type is not supported";
    /// The body is compressed.
    UnsupportedEncoding =
        "unsupported-encoding", UNSUPPORTED_MEDIA_TYPE, "Encoded bodies are not taken";
    /// A field or parameter that does not exist.
    UnknownField = "unknown-field", UNPROCESSABLE_ENTITY, "A field is unknown";
    /// A field that must be there is not.
    MissingField = "missing-field", UNPROCESSABLE_ENTITY, "A field is missing";
    /// A field has another JSON type.
    WrongType = "wrong-type", UNPROCESSABLE_ENTITY, "A field has the wrong type";
    /// A string has a control character.
    ControlCharacter = "control-character", UNPROCESSABLE_ENTITY, "A string has a control character";
    /// A number is over or under its limits.
    OutOfRange = "out-of-range", UNPROCESSABLE_ENTITY, "A value is out of range";
    /// A field is not what its description says.
    InvalidField = "invalid-field", UNPROCESSABLE_ENTITY, "A field is not valid";
    /// The address is not one that is fetched.
    UrlNotAllowed = "url-not-allowed", UNPROCESSABLE_ENTITY, "The address is not allowed";
    /// The key was used for another request.
    IdempotencyMismatch =
        "idempotency-mismatch", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used before";
    /// No analyst of this quality is configured.
    QualityNotOffered =
        "quality-not-offered", UNPROCESSABLE_ENTITY, "The quality is not offered here";
    /// The filing cannot be taken apart.
    FilingUnusable = "filing-unusable", UNPROCESSABLE_ENTITY, "The filing cannot be used";
    /// Too many requests in a window.
    QuotaExceeded = "quota-exceeded", TOO_MANY_REQUESTS, "The limit of requests is reached";
    /// The account leads as many runs as it may.
    TooManyAnalyses = "too-many-analyses", TOO_MANY_REQUESTS, "Too many analyses are running";
    /// The account has as many event streams as it may.
    TooManyStreams = "too-many-streams", TOO_MANY_REQUESTS, "Too many event streams are open";
    /// Our fault.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    /// Something we need does not answer.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "A service we need does not answer";
    /// This process cannot serve now.
    NotReady = "not-ready", SERVICE_UNAVAILABLE, "Not ready to serve";
    /// The answer took longer than a request may take.
    DeadlineExceeded = "deadline-exceeded", SERVICE_UNAVAILABLE, "The request took too long";
}
