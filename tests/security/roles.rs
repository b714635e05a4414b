//! Who calls.

use ringonce_adapters::ambient::random;
use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::store::Directory;
use ringonce_memory::fixture;
use ringonce_tests::world::World;

/// Who calls, and with what in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Nobody in particular.
    NoKey,
    /// A key whose checksum does not fit.
    MalformedKey,
    /// A key that was never given out.
    UnknownKey,
    /// A key of the tenant's that was revoked.
    RevokedKey,
    /// The tenant's publishable key, from no page.
    Publishable,
    /// The same, from a page that is not the tenant's.
    PublishableElsewhere,
    /// The same, from a page of the tenant's.
    PublishableAtHome,
    /// The tenant.
    Owner,
    /// Another tenant, with the first one's ids, tokens, topics and users in hand.
    Rival,
    /// The publishable key of another tenant, from a page of that tenant's.
    PublishableOfRival,
    /// Another person of the tenant's, with a code of their own.
    Person,
}

impl Role {
    pub(crate) const ALL: [Self; 11] = [
        Self::NoKey,
        Self::MalformedKey,
        Self::UnknownKey,
        Self::RevokedKey,
        Self::Publishable,
        Self::PublishableElsewhere,
        Self::PublishableAtHome,
        Self::Owner,
        Self::Rival,
        Self::PublishableOfRival,
        Self::Person,
    ];

    /// The page that it calls from, if any.
    pub(crate) const fn origin(self) -> Option<&'static str> {
        match self {
            Self::PublishableAtHome | Self::PublishableOfRival => Some("https://shop.example"),
            Self::PublishableElsewhere => Some("https://evil.example"),
            _ => None,
        }
    }

    /// Whether no key of a business's is in hand that works.
    pub(crate) const fn is_nobody(self) -> bool {
        matches!(self, Self::NoKey | Self::MalformedKey | Self::UnknownKey | Self::RevokedKey | Self::Person)
    }
}

/// The keys of all of them.
pub(crate) struct Keys {
    owner: String,
    publishable: String,
    revoked: String,
    rival: String,
    rivals_publishable: String,
}

impl Keys {
    /// Gives out those that there are, once the other tenant has its `rival`.
    pub(crate) async fn of(world: &World, rival: String) -> Self {
        let (shop, other) = (fixture::business(), "rival".to_owned().try_into().unwrap());
        let revoked = world.new_key(&shop, KeyKind::Secret).await;
        let hash = ApiKey::parse(&revoked).unwrap().hash();
        assert!(world.app.store.revoke_api_key(&shop, &hash).await.unwrap());
        let publishable = world.new_key(&shop, KeyKind::Publishable).await;
        let rivals_publishable = world.new_key(&other, KeyKind::Publishable).await;
        Self { owner: world.key.clone(), publishable, revoked, rival, rivals_publishable }
    }

    /// The key of a role; another person tries with the code of their own page.
    pub(crate) fn of_role(&self, role: Role, code: &str) -> Option<String> {
        match role {
            Role::NoKey => None,
            Role::MalformedKey => {
                let (last, other) = (self.owner.len() - 1, if self.owner.ends_with('0') { '1' } else { '0' });
                Some(format!("{}{other}", &self.owner[..last]))
            }
            Role::UnknownKey => Some(ApiKey::new(KeyKind::Secret, random()).reveal().to_owned()),
            Role::RevokedKey => Some(self.revoked.clone()),
            Role::Publishable | Role::PublishableElsewhere | Role::PublishableAtHome => Some(self.publishable.clone()),
            Role::Owner => Some(self.owner.clone()),
            Role::Rival => Some(self.rival.clone()),
            Role::PublishableOfRival => Some(self.rivals_publishable.clone()),
            Role::Person => Some(code.to_owned()),
        }
    }
}
