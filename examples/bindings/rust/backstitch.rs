//! HTTP requests for Rust programs that run in Backstitch: add this file to a crate as
//! `mod backstitch;` and build it for wasm32-wasip1. The C header, ../../include/backstitch.h,
//! says what each argument and error means.

use std::io;

#[link(wasm_import_module = "backstitch")]
extern "C" {
    fn http_request(
        method: *const u8,
        method_len: usize,
        url: *const u8,
        url_len: usize,
        headers: *const u8,
        headers_len: usize,
        body: *const u8,
        body_len: usize,
        timeout_ms: u32,
        out: *mut [u32; 4],
    ) -> i32;
    fn http_read(
        handle: u32,
        part: u32,
        offset: u32,
        buffer: *mut u8,
        length: usize,
        read: *mut u32,
    ) -> i32;
    fn http_close(handle: u32) -> i32;
}

pub struct Response {
    pub status: u16,
    /// Lines of the form `name: value\r\n`, names in lower case.
    pub headers: String,
    pub body: Vec<u8>,
}

/// Sends a request and waits for the whole response. `headers` are lines of the form
/// `Name: value\r\n`; a `timeout_ms` of 0 stands for 30 seconds.
///
/// The error is the one of the import, as an operating system's: a lost host has the kind
/// `HostUnreachable`, a late response `TimedOut`. An HTTP status such as 500 is no error.
pub fn request(
    method: &str,
    url: &str,
    headers: &str,
    body: &[u8],
    timeout_ms: u32,
) -> io::Result<Response> {
    let mut out = [0; 4];
    check(unsafe {
        http_request(
            method.as_ptr(),
            method.len(),
            url.as_ptr(),
            url.len(),
            headers.as_ptr(),
            headers.len(),
            body.as_ptr(),
            body.len(),
            timeout_ms,
            &mut out,
        )
    })?;
    let [handle, status, headers_len, body_len] = out;
    let headers = read(handle, 0, headers_len);
    let body = read(handle, 1, body_len);
    check(unsafe { http_close(handle) })?;
    Ok(Response {
        status: status as u16,
        headers: String::from_utf8_lossy(&headers?).into_owned(),
        body: body?,
    })
}

fn read(handle: u32, part: u32, length: u32) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length as usize];
    let mut count = 0;
    check(unsafe { http_read(handle, part, 0, bytes.as_mut_ptr(), bytes.len(), &mut count) })?;
    bytes.truncate(count as usize);
    Ok(bytes)
}

fn check(errno: i32) -> io::Result<()> {
    match errno {
        0 => Ok(()),
        _ => Err(io::Error::from_raw_os_error(errno)),
    }
}
