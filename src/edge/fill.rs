//! A derived image that no cache holds: what is asked for, its keys, and how it is made.

use crate::avif::{self, Deferred};
use crate::cache::{Entry, Kept};
use crate::failure::Outcome;
use crate::node::{self, Found, Original};
use crate::together::{board, Flights, Lead, Seat};
use crate::{admission, damper, image, Edge};
use limn_core::accept::Class;
use limn_core::codec::Format;
use limn_core::grant::Grant;
use limn_core::key::{Ingredients, Key};
use limn_core::ops::Setting;
use limn_core::params::Ask;
use limn_core::parts::Parts;
use limn_core::plan::{FormatChoice, Plan};
use limn_core::render::{render, Scene};
use limn_core::Error;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

thread_local! {
    /// Originals that are being read.
    static READS: Flights<Rc<Original>> = RefCell::new(HashMap::new());
}

/// A derived image that was asked for, by somebody who may have it.
pub struct Fill<'a> {
    /// The bindings.
    pub edge: &'a Edge,
    /// The request; nothing of it but the class gets into a key.
    pub parts: &'a Parts,
    /// What was granted.
    pub grant: &'a Grant<'a>,
    /// What was asked.
    pub ask: &'a Ask,
    /// The key of the object that it is made of: the one that was asked for, or what stands in for it.
    pub object: &'a str,
    /// What is to be made.
    pub plan: &'a Rc<Plan>,
    /// The client's class.
    pub class: Class,
    /// The object and the plan's files; found before they are read, so that a purge meanwhile makes the
    /// result unreachable, not wrong.
    pub found: &'a Found,
}

/// The source's bytes.
pub struct Read {
    original: Rc<Original>,
    lead: Option<Lead<Rc<Original>>>,
}

/// What was made.
pub struct Made {
    /// The image, or word that none can be made of this source.
    pub kept: Kept,
    /// What is still to follow.
    pub deferred: Option<Deferred>,
    /// While it is held, the original's bytes serve other variants too.
    pub read: Option<Lead<Rc<Original>>>,
}

impl Fill<'_> {
    fn key(&self, plan: &Plan, class: Class, version: &str) -> Key {
        let ingredients = Ingredients {
            bucket: self.grant.bucket(),
            object: self.object,
            version,
            files: &self.found.file_versions(),
            class,
            buster: self.ask.buster.as_deref(),
            generation: self.found.generation,
        };
        Key::new(plan, &ingredients)
    }

    /// Its key, if the version is known before the source is read.
    pub fn known_key(&self) -> Option<Key> {
        self.found.source.version().map(|version| self.key(self.plan, self.class, version))
    }

    /// Where an AVIF lies that was made behind an answer in another format: it serves who asks for it by
    /// name, since the plans differ in nothing else.
    pub fn negotiated_key(&self) -> Option<Key> {
        if self.plan.format != FormatChoice::Fixed(Format::Avif) {
            return None;
        }
        let version = self.found.source.version()?;
        let mut plan = self.ask.program.compile(self.grant.bucket()).ok()?;
        plan.set(Setting::Format(FormatChoice::Auto));
        Some(self.key(&plan, Class::Avif, version))
    }

    /// What requests have in common that want the same at once.
    pub fn seat(&self) -> String {
        let known = self.found.source.version();
        format!("{} {}", if known.is_some() { "known" } else { "unknown" }, self.key(self.plan, self.class, known.unwrap_or("")).name())
    }

    /// Whether the image is handed to the derived store before it is asked for twice: strangers could fill
    /// it with what nobody wants.
    pub fn is_trusted(&self) -> bool {
        self.grant.scheme().is_some() || self.ask.by_style && self.ask.buster.is_none()
    }

    /// Whether a refusal stays true as long as the source does. An AVIF too large to be waited for may be
    /// there at the next request.
    pub fn is_final(&self, error: &Error) -> bool {
        error.is_about_source() && !(matches!(error, Error::ImageTooLarge(_)) && self.plan.format == FormatChoice::Fixed(Format::Avif))
    }

    /// Reads the source; `alone` where this request has waited for others long enough. Who may not have a
    /// variant made is refused before it costs a read, where the version is known by then.
    ///
    /// # Errors
    /// Whatever is not about the source: nobody else may be told the same.
    pub async fn read(&self, alone: bool) -> Outcome<Read> {
        if let Some(version) = self.found.source.version() {
            self.admit(version).await?;
        }
        self.share(alone).await
    }

    async fn admit(&self, version: &str) -> Outcome<()> {
        damper::admit_variant(self.edge, self.parts, self.grant, self.ask, self.plan, version).await
    }

    /// Its key under the version that was read, which may not be the one that was promised: an origin may
    /// have changed in between.
    pub fn key_of(&self, read: &Read) -> Key {
        self.key(self.plan, self.class, &read.original.version)
    }

    /// Makes the image.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn make(&self, read: Read) -> Outcome<Made> {
        let (edge, bucket) = (self.edge, self.grant.bucket());
        let Read { original, lead: read } = read;
        if self.found.source.version().is_none() {
            self.admit(&original.version).await?;
        }
        let kit = image::kit(edge, bucket, self.found, self.plan, &original.bytes).await?;
        // An AVIF takes too long to wait for: WebP stands in for it, and it takes its place later.
        let at_once = if self.class == Class::Avif { Class::WebP } else { self.class };
        let scene = Scene::new(at_once, &kit, bucket.default_quality());
        let step = edge.step("render");
        let image = match admission::with_room(&kit, &original.bytes, || render(self.plan, &original.bytes, &scene)).await {
            Ok(image) => image,
            Err(error) if error.is_about_source() => return Ok(Made { kept: Kept::Refusal(error), deferred: None, read }),
            Err(error) => return Err(error.into()),
        };
        drop(step);
        let result = image.format.map_or(0, |_| image.size.pixels() * u64::from(image.frames));
        edge.notes.borrow_mut().pixels = Some((image.source_pixels, result));
        let pending = self.class == Class::Avif && avif::may_follow(&image);
        let mut entry = Entry::of(&image.bytes, image.mime, original.modified);
        entry.representation.negotiated = self.plan.format == FormatChoice::Auto;
        let deferred = pending.then(|| Deferred { plan: self.plan.clone(), source: original, kit, quality: bucket.default_quality() });
        Ok(Made { kept: Kept::Image(Rc::new(Entry { pending, ..entry })), deferred, read })
    }

    /// The source's bytes, read once for all variants that are made of them at the same time.
    async fn share(&self, alone: bool) -> Outcome<Read> {
        let (bucket, source) = (self.grant.bucket(), &self.found.source);
        let key = format!("{} {} {:?} {}", bucket.name, self.found.generation, source.version(), self.object);
        let seat = if alone { Seat::Alone } else { board(&READS, &key, None).await };
        let lead = match seat {
            Seat::Landed(original) => return Ok(Read { original, lead: None }),
            Seat::Lead(lead) => Some(lead),
            Seat::Alone | Seat::Late => None,
        };
        let original = Rc::new(node::read(self.edge, bucket, source).await?);
        let lead = lead.map(|mut lead| {
            lead.land(original.clone(), original.bytes.len());
            lead
        });
        Ok(Read { original, lead })
    }
}
