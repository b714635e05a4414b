//! How a page shows its business.

use ringonce_domain::brand::Brand;
use ringonce_domain::business::{Business, Origin};

/// What a page shows of its business, and who may frame it.
pub(crate) struct Look<'a> {
    pub(crate) name: &'a str,
    pub(crate) brand: &'a Brand,
    pub(crate) origins: &'a [Origin],
}

static PLAIN: Brand = Brand { logo: None, colour: None };

impl<'a> Look<'a> {
    /// The look of a business; one that is there no more has its last known name and nothing else.
    pub(crate) fn of(business: Option<&'a Business>, name: &'a str) -> Self {
        match business {
            Some(Business { settings, .. }) => Self { name: settings.name.as_str(), brand: &settings.brand, origins: &settings.origins },
            None => Self { name, brand: &PLAIN, origins: &[] },
        }
    }
}
