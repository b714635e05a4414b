//! Builds the one `UpdateItem` of a transition: what is set, what is removed, under which condition.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use ringonce_domain::call::CallId;
use ringonce_domain::optin::{State, Step};

use super::codec::{bytes, number, steps, text};
use super::schema::attr;

/// An update under construction.
pub(super) struct Update {
    request: UpdateItemFluentBuilder,
    sets: Vec<String>,
    removes: Vec<&'static str>,
}

/// Names that DynamoDB reserves, and what stands for them in expressions.
const ALIASES: &[(&str, &str)] = &[("#state", attr::STATE), ("#call", attr::CALL)];

impl Update {
    /// A transition of the opt-in of `ask`: to the step's state, with the step appended and the version raised.
    pub(super) fn transition(request: UpdateItemFluentBuilder, ask: CallId, step: Step) -> Self {
        Self::any_transition(request, &[step]).value(":ask", bytes(ask.as_bytes()))
    }

    /// The same, of whatever opt-in stands there, and to the last of several steps.
    pub(super) fn any_transition(request: UpdateItemFluentBuilder, taken: &[Step]) -> Self {
        let update = Self::change(request);
        let to = taken.last().map_or("", |last| last.state.word());
        update
            .value(":to", text(to))
            .value(":step", steps(taken))
            .value(":one", number(1))
            .set("#state = :to")
            .set("version = version + :one")
            .set("timeline = list_append(timeline, :step)")
    }

    /// A change of the opt-in of `ask` that leaves its state as it is.
    pub(super) fn edit(request: UpdateItemFluentBuilder, ask: CallId) -> Self {
        let update = Self::change(request);
        update.value(":ask", bytes(ask.as_bytes())).value(":one", number(1)).set("version = version + :one")
    }

    /// A change that no version tells of.
    pub(super) fn change(request: UpdateItemFluentBuilder) -> Self {
        Self { request, sets: Vec::new(), removes: Vec::new() }
    }

    /// A value that expressions name.
    pub(super) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.request = self.request.expression_attribute_values(name, value);
        self
    }

    /// The words of states that the condition names, as `:granted` and so on.
    pub(super) fn states(self, states: &[State]) -> Self {
        states.iter().fold(self, |update, state| update.value(&format!(":{state}"), text(state.word())))
    }

    /// One assignment.
    pub(super) fn set(mut self, assignment: impl Into<String>) -> Self {
        self.sets.push(assignment.into());
        self
    }

    /// Sets `name` to a value.
    pub(super) fn put(self, name: &'static str, value: AttributeValue) -> Self {
        let placeholder = format!(":{name}");
        self.value(&placeholder, value).set(format!("{name} = {placeholder}"))
    }

    /// Raises a counter that need not be there.
    pub(super) fn count(self, name: &'static str) -> Self {
        self.value(":zero", number(0)).set(format!("{name} = if_not_exists({name}, :zero) + :one"))
    }

    /// Removes attributes.
    pub(super) fn remove(mut self, names: &[&'static str]) -> Self {
        self.removes.extend_from_slice(names);
        self
    }

    /// The request, with its condition.
    pub(super) fn when(self, condition: &str) -> UpdateItemFluentBuilder {
        let mut expression = format!("SET {}", self.sets.join(", "));
        if !self.removes.is_empty() {
            expression.push_str(" REMOVE ");
            expression.push_str(&self.removes.join(", "));
        }
        let mut request = self.request;
        for (alias, name) in ALIASES.iter().filter(|(alias, _)| expression.contains(alias) || condition.contains(alias)) {
            request = request.expression_attribute_names(*alias, *name);
        }
        request.update_expression(expression).condition_expression(condition)
    }
}
