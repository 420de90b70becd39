//! Statements with their values, and rows as types.

use serde::de::DeserializeOwned;
use serde::Deserialize;
use worker::{Result, SqlStorage, SqlStorageValue};

/// A bound value.
pub enum Bind<'a> {
    /// Text.
    T(&'a str),
    /// A whole number; it travels as a double, exact to 2^53, which no length or time reaches.
    N(u64),
    /// Text or NULL.
    O(Option<&'a str>),
}

impl From<Bind<'_>> for SqlStorageValue {
    fn from(value: Bind) -> Self {
        match value {
            Bind::T(text) => text.to_string().into(),
            Bind::N(number) => SqlStorageValue::Float(number as f64),
            Bind::O(Some(text)) => text.to_string().into(),
            Bind::O(None) => SqlStorageValue::Null,
        }
    }
}

/// One number, named `value`.
#[derive(Deserialize)]
struct Value {
    value: u64,
}

/// The database of one ledger.
pub struct Sql(pub SqlStorage);

impl Sql {
    /// Runs a statement.
    pub fn run<const N: usize>(&self, statement: &str, values: [Bind; N]) -> Result<()> {
        self.exec(statement, values).map(|_| ())
    }

    /// All rows that a statement yields.
    pub fn all<T: DeserializeOwned, const N: usize>(&self, statement: &str, values: [Bind; N]) -> Result<Vec<T>> {
        self.exec(statement, values)?.to_array()
    }

    /// The first row, if there is one.
    pub fn first<T: DeserializeOwned, const N: usize>(&self, statement: &str, values: [Bind; N]) -> Result<Option<T>> {
        Ok(self.all(statement, values)?.into_iter().next())
    }

    /// The column `value` of the one row that a statement yields.
    pub fn number<const N: usize>(&self, statement: &str, values: [Bind; N]) -> Result<u64> {
        Ok(self.exec(statement, values)?.one::<Value>()?.value)
    }

    fn exec<const N: usize>(&self, statement: &str, values: [Bind; N]) -> Result<worker::SqlCursor> {
        let values: Vec<SqlStorageValue> = values.into_iter().map(Into::into).collect();
        self.0.exec(statement, (!values.is_empty()).then_some(values))
    }
}
