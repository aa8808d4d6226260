//! HTTP requests for Zig programs that run in Backstitch. The C header, ../include/backstitch.h,
//! says what each argument and error means.

extern "backstitch" fn http_request(
    method: [*]const u8,
    method_len: usize,
    url: [*]const u8,
    url_len: usize,
    headers: [*]const u8,
    headers_len: usize,
    body: [*]const u8,
    body_len: usize,
    timeout_ms: u32,
    out: *Head,
) i32;
extern "backstitch" fn http_read(handle: u32, part: u32, offset: u32, buffer: [*]u8, length: usize, read: *u32) i32;
extern "backstitch" fn http_close(handle: u32) i32;

const Head = extern struct { handle: u32, status: u32, headers_len: u32, body_len: u32 };

const BODY: u32 = 1;

pub const Response = struct {
    status: u32,
    body: []u8,
};

/// Sends a request and waits for the whole response, 30 seconds at most. `headers` are lines of the
/// form `Name: value\n`. The body is put into `buffer`, which has to hold it.
pub fn request(method: []const u8, url: []const u8, headers: []const u8, body: []const u8, buffer: []u8) error{ NoResponse, TooLong }!Response {
    var head: Head = undefined;
    const failed = http_request(method.ptr, method.len, url.ptr, url.len, headers.ptr, headers.len, body.ptr, body.len, 0, &head);
    if (failed != 0) return error.NoResponse;
    defer _ = http_close(head.handle);
    if (head.body_len > buffer.len) return error.TooLong;
    var length: u32 = 0;
    if (http_read(head.handle, BODY, 0, buffer.ptr, head.body_len, &length) != 0) return error.NoResponse;
    return .{ .status = head.status, .body = buffer[0..length] };
}
