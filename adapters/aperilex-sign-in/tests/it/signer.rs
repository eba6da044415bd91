//! Keys made for one test, and what is signed with them.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::Value;

/// Length of what PKCS#8 puts before a 2048-bit RSA key (RFC 5958 §2).
const PKCS8_HEAD: usize = 26;

pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: &'static str,
    pub(crate) key: EncodingKey,
}

impl Signer {
    pub(crate) fn ec(kid: &'static str) -> Self {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        Self {
            algorithm: Algorithm::ES256,
            kid,
            key: EncodingKey::from_ec_der(made.unwrap().as_ref()),
        }
    }

    pub(crate) fn rsa(kid: &'static str) -> Self {
        let made = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der = made.as_der().unwrap();
        Self {
            algorithm: Algorithm::RS256,
            kid,
            key: EncodingKey::from_rsa_der(&der.as_ref()[PKCS8_HEAD..]),
        }
    }

    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.kid.to_owned());
        serde_json::to_value(jwk).unwrap()
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(claims, Some(self.kid))
    }

    pub(crate) fn sign_as(&self, claims: &Value, kid: Option<&str>) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = kid.map(str::to_owned);
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}

/// RFC 4648 §5 without padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_usize, |bits, byte| (bits << 8) | usize::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        let letter = |place: usize| ALPHABET[(bits >> (18 - 6 * place)) & 0x3F];
        text.extend((0..=chunk.len()).map(|place| char::from(letter(place))));
    }
    text
}
