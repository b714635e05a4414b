//! Routes: a table for each function, which its dispatcher reads, and against which `template.yaml`, the local router and
//! the API's description are checked.

use super::problem::ApiError;
use super::request::Request;

/// A route, in the words of API Gateway's route keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route<E: 'static> {
    /// The method. What a GET answers, a HEAD answers too.
    pub method: &'static str,
    /// The path, such as `/v1/optins/{id}`: at most one segment of it is a parameter.
    pub path: &'static str,
    /// What answers.
    pub endpoint: E,
}

impl<E> Route<E> {
    /// A route.
    #[must_use]
    pub const fn new(method: &'static str, path: &'static str, endpoint: E) -> Self {
        Self { method, path, endpoint }
    }

    /// What stands at the place of the path's parameter, or nothing where it has none; `None` when it is another path.
    fn parameter<'a>(&self, segments: &'a [String]) -> Option<&'a str> {
        let template = self.path.trim_start_matches('/').split('/');
        if template.clone().count() != segments.len() {
            return None;
        }
        let mut parameter = "";
        for (expected, segment) in template.zip(segments) {
            if expected.starts_with('{') {
                parameter = segment;
            } else if expected != segment {
                return None;
            }
        }
        Some(parameter)
    }
}

/// Whether one of `routes` has the request's path.
#[must_use]
pub fn has_path<E>(routes: &[Route<E>], request: &Request) -> bool {
    routes.iter().any(|route| route.parameter(&request.segments).is_some())
}

/// What answers the request, with the path's parameter.
///
/// # Errors
/// When no route has this path, or none of those that have it this method.
pub fn find<'a, E: Copy>(routes: &[Route<E>], request: &'a Request) -> Result<(E, &'a str), ApiError> {
    let mut methods = Vec::new();
    for route in routes {
        if let Some(parameter) = route.parameter(&request.segments) {
            if route.method == request.verb() {
                return Ok((route.endpoint, parameter));
            }
            methods.push(route.method);
        }
    }
    if methods.is_empty() { Err(ApiError::NotFound) } else { Err(ApiError::MethodNotAllowed(methods.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    const ROUTES: &[Route<u8>] =
        &[Route::new("GET", "/c/{code}", 1), Route::new("POST", "/c/{code}", 2), Route::new("POST", "/c/{code}/no", 3)];

    fn found(method: Method, path: &str) -> Result<(u8, String), ApiError> {
        let request = Request { method, segments: Request::split(path), ..Request::default() };
        find(ROUTES, &request).map(|(endpoint, parameter)| (endpoint, parameter.to_owned()))
    }

    #[test]
    fn a_route_is_its_method_and_its_whole_path() {
        assert_eq!(found(Method::GET, "/c/a%2Fb"), Ok((1, "a/b".to_owned())));
        assert_eq!(found(Method::HEAD, "/c/x"), Ok((1, "x".to_owned())));
        assert_eq!(found(Method::POST, "/c/x/no"), Ok((3, "x".to_owned())));
        for path in ["/", "/c", "/c/x/", "/c/x/yes", "/d/x", "/c/x/no/more"] {
            assert_eq!(found(Method::GET, path), Err(ApiError::NotFound), "{path}");
        }
    }

    #[test]
    fn another_method_is_told_those_that_there_are() {
        assert_eq!(found(Method::PUT, "/c/x"), Err(ApiError::MethodNotAllowed("GET, POST".to_owned())));
    }
}
