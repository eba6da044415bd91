#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod challenge;
mod config;
mod jwt;
mod oidc;
mod password;

pub use challenge::SiteVerify;
pub use config::{
    ChallengeConfig, ConfigError, JwtConfig, KeyConfig, OidcConfig, PasswordConfig, SignInConfig,
};
pub use jwt::JwtTokens;
pub use oidc::OidcProvider;
pub use password::ArgonPasswords;
