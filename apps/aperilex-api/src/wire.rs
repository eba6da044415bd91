//! What goes over the wire: documents apart from what is stored, so that nothing is told by accident.

/// A body that is read strictly, by `$read`, into `$value`.
macro_rules! strict_body {
    ($(#[$doc:meta])* $name:ident($value:ty) as $document:ty, $read:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name(pub(crate) $value);

        impl poem_openapi::payload::Payload for $name {
            const CONTENT_TYPE: &'static str = "application/json";

            fn check_content_type(content_type: &str) -> bool {
                $crate::body::is_json(content_type)
            }

            fn schema_ref() -> poem_openapi::registry::MetaSchemaRef {
                <$document as poem_openapi::types::Type>::schema_ref()
            }

            fn register(registry: &mut poem_openapi::registry::Registry) {
                <$document as poem_openapi::types::Type>::register(registry);
            }
        }

        impl poem_openapi::payload::ParsePayload for $name {
            const IS_REQUIRED: bool = true;

            async fn from_request(
                request: &poem::Request,
                body: &mut poem::RequestBody,
            ) -> poem::Result<Self> {
                let bytes = $crate::body::read(request, body).await?;
                let fields = $crate::wire::strict::parse(&bytes)?;
                let read: fn(
                    $crate::wire::strict::Object,
                ) -> Result<$value, $crate::problem::Problem> = $read;
                Ok(Self(read(fields)?))
            }
        }

        const _: () = {
            use poem_openapi::impl_apirequest_for_payload;
            use poem_openapi::payload::Payload as _;
            impl_apirequest_for_payload!($name);
        };
    };
}

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod analysis;
pub(crate) mod billing;
pub(crate) mod content;
pub(crate) mod contract;
pub(crate) mod cursor;
pub(crate) mod figures;
pub(crate) mod filing;
pub(crate) mod import;
pub(crate) mod key;
pub(crate) mod notices;
pub(crate) mod order;
pub(crate) mod payload;
pub(crate) mod payment;
pub(crate) mod quote;
pub(crate) mod request;
pub(crate) mod sign_in;
pub(crate) mod strict;
pub(crate) mod task;
pub(crate) mod text;
pub(crate) mod usage;
