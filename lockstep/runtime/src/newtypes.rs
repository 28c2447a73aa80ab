//! Macros for what every generated scalar type has: reading, showing and converting, always through its rules.
//! The generated code keeps what differs: the name, the docs and the rules.

/// Gives a newtype over `String` its rules: `text_newtype!(SpaceName, Text::new().min(1).max(80));`
#[macro_export]
macro_rules! text_newtype {
    ($name:ident, $rules:expr) => {
        impl $name {
            const RULES: $crate::Text = $rules;

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let mut broken = $crate::Broken::default();
                Self::RULES.check(&text, &mut broken);
                if broken.is_empty() {
                    Ok(Self(text))
                } else {
                    Err(broken.into_message())
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text.to_owned())
            }
        }

        impl $crate::FromText for $name {
            fn from_text(text: &str, broken: &mut $crate::Broken) -> Option<Self> {
                $crate::Scalar::from_text(&Self::RULES, text, broken).map(Self)
            }
        }

        impl $crate::Decode for $name {
            fn decode(json: &mut $crate::Json<'_>) -> Option<Self> {
                $crate::Scalar::from_json(&Self::RULES, json).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        // Not derived: as a struct it could not be written as a parameter.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Gives a newtype over [`Secret`](crate::Secret) its rules. It has no `Display`.
#[macro_export]
macro_rules! secret_newtype {
    ($name:ident, $rules:expr) => {
        impl $name {
            const RULES: $crate::SecretText = $crate::SecretText($rules);

            /// The secret itself: the one place where it comes out.
            pub fn expose(&self) -> &str {
                self.0.expose()
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let mut broken = $crate::Broken::default();
                Self::RULES.0.check(&text, &mut broken);
                if broken.is_empty() {
                    Ok(Self(text.into()))
                } else {
                    Err(broken.into_message())
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text.to_owned())
            }
        }

        impl $crate::FromText for $name {
            fn from_text(text: &str, broken: &mut $crate::Broken) -> Option<Self> {
                $crate::Scalar::from_text(&Self::RULES, text, broken).map(Self)
            }
        }

        impl $crate::Decode for $name {
            fn decode(json: &mut $crate::Json<'_>) -> Option<Self> {
                $crate::Scalar::from_json(&Self::RULES, json).map(Self)
            }
        }

        // Not derived: as a struct it could not be written as a parameter.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.expose())
            }
        }

        impl From<$name> for String {
            fn from(secret: $name) -> Self {
                secret.0.expose().to_owned()
            }
        }
    };
}

/// Gives a newtype over a number its rules: `number_newtype!(Percent: i32, Integer::new().min(0).max(100));`
#[macro_export]
macro_rules! number_newtype {
    ($name:ident: $number:ty, $kind:ty, $rules:expr) => {
        impl $name {
            const RULES: $kind = $rules;

            /// The number.
            pub fn get(self) -> $number {
                self.0
            }
        }

        impl TryFrom<$number> for $name {
            type Error = String;

            fn try_from(number: $number) -> Result<Self, Self::Error> {
                let mut broken = $crate::Broken::default();
                Self::RULES.check(number, &mut broken);
                if broken.is_empty() {
                    Ok(Self(number))
                } else {
                    Err(broken.into_message())
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut broken = $crate::Broken::default();
                let number = $crate::Scalar::from_text(&Self::RULES, text, &mut broken);
                number.map(Self).ok_or_else(|| broken.into_message())
            }
        }

        impl $crate::FromText for $name {
            fn from_text(text: &str, broken: &mut $crate::Broken) -> Option<Self> {
                $crate::Scalar::from_text(&Self::RULES, text, broken).map(Self)
            }
        }

        impl $crate::Decode for $name {
            fn decode(json: &mut $crate::Json<'_>) -> Option<Self> {
                $crate::Scalar::from_json(&Self::RULES, json).map(Self)
            }
        }

        // Not derived: as a struct it could not be written as a parameter.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(&self.0, serializer)
            }
        }

        // Not derived: serde refuses integers such as 192.0.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number: $number = $crate::whole(deserializer)?;
                Self::try_from(number).map_err(serde::de::Error::custom)
            }
        }

        impl From<$name> for $number {
            fn from(number: $name) -> Self {
                number.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

/// Gives a [`TextEnum`](crate::TextEnum) what follows from it: reading, `Display` and `FromStr`.
#[macro_export]
macro_rules! text_enum {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::TextEnum::as_str(*self))
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            // Not `Self::Err`: that could be a variant.
            fn from_str(text: &str) -> Result<Self, String> {
                let mut broken = $crate::Broken::default();
                <Self as $crate::FromText>::from_text(text, &mut broken).ok_or_else(|| broken.into_message())
            }
        }

        impl $crate::FromText for $name {
            fn from_text(text: &str, broken: &mut $crate::Broken) -> Option<Self> {
                $crate::Scalar::from_text(&$crate::Choice::<Self>::new(), text, broken)
            }
        }

        impl $crate::Decode for $name {
            fn decode(json: &mut $crate::Json<'_>) -> Option<Self> {
                $crate::Scalar::from_json(&$crate::Choice::<Self>::new(), json)
            }
        }
    };
}
