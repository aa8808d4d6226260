//! Collects an invoice: charges the card, waits three days and looks whether the charge still stands.
//! Usage: invoice <id> <cents>
//!
//! WASI is called directly here, because the part of Zig's library that would do it changes from
//! version to version.

const std = @import("std");
const backstitch = @import("backstitch.zig");

const Bytes = extern struct { ptr: [*]const u8, len: usize };

const wasi = struct {
    extern "wasi_snapshot_preview1" fn args_get(argv: [*][*:0]u8, buffer: [*]u8) u16;
    extern "wasi_snapshot_preview1" fn args_sizes_get(count: *usize, size: *usize) u16;
    extern "wasi_snapshot_preview1" fn clock_time_get(id: u32, precision: u64, time: *u64) u16;
    extern "wasi_snapshot_preview1" fn fd_write(fd: u32, pieces: *const Bytes, count: usize, written: *usize) u16;
    extern "wasi_snapshot_preview1" fn poll_oneoff(in: *const [6]u64, out: *[4]u64, count: usize, events: *usize) u16;
    extern "wasi_snapshot_preview1" fn random_get(buffer: [*]u8, length: usize) u16;
};

const day: u64 = 24 * 60 * 60 * std.time.ns_per_s;
const monotonic: u64 = 1;
const stdout: u32 = 1;

fn check(errno: u16) error{Wasi}!void {
    if (errno != 0) return error.Wasi;
}

fn print(comptime format: []const u8, values: anytype) !void {
    var buffer: [256]u8 = undefined;
    const text = try std.fmt.bufPrint(&buffer, format, values);
    var written: usize = 0;
    try check(wasi.fd_write(stdout, &.{ .ptr = text.ptr, .len = text.len }, 1, &written));
}

fn wallClock() !u64 {
    var time: u64 = 0;
    try check(wasi.clock_time_get(0, 1, &time));
    return time;
}

/// Waits by the monotonic clock; WASI calls that polling for a subscription.
fn sleep(nanoseconds: u64) !void {
    const subscription = [6]u64{ 0, 0, monotonic, nanoseconds, 0, 0 };
    var event: [4]u64 = undefined;
    var count: usize = 0;
    try check(wasi.poll_oneoff(&subscription, &event, 1, &count));
}

/// The value of a text field of a flat JSON object.
fn fieldOf(json: []const u8, comptime name: []const u8) error{NoField}![]const u8 {
    const start = "\"" ++ name ++ "\":\"";
    const at = std.mem.indexOf(u8, json, start) orelse return error.NoField;
    const rest = json[at + start.len ..];
    const end = std.mem.indexOfScalar(u8, rest, '"') orelse return error.NoField;
    return rest[0..end];
}

fn collect(id: []const u8, cents: []const u8) !void {
    var nonce: u64 = 0;
    try check(wasi.random_get(std.mem.asBytes(&nonce), @sizeOf(u64)));
    const started = try wallClock();

    var headers: [128]u8 = undefined;
    var order: [128]u8 = undefined;
    var answer: [1024]u8 = undefined;
    const charge = try backstitch.request(
        "POST",
        "https://payment.example/charges",
        try std.fmt.bufPrint(&headers, "Content-Type: application/json\nIdempotency-Key: {s}-{x}\n", .{ id, nonce }),
        try std.fmt.bufPrint(&order, "{{\"order\":\"{s}\",\"cents\":{s},\"currency\":\"EUR\"}}", .{ id, cents }),
        &answer,
    );
    if (charge.status > 299) return error.NotCharged;
    const charge_id = try fieldOf(charge.body, "id");
    try print("1. charged {s} as {s}\n", .{ id, charge_id });

    try sleep(3 * day);
    var url: [128]u8 = undefined;
    var status: [1024]u8 = undefined;
    const now = try backstitch.request(
        "GET",
        try std.fmt.bufPrint(&url, "https://payment.example/charges/{s}", .{charge_id}),
        "",
        "",
        &status,
    );
    const days = (try wallClock() - started) / day;
    try print("2. after {d} days: {s}\n", .{ days, try fieldOf(now.body, "status") });
}

pub fn main() !void {
    var count: usize = 0;
    var size: usize = 0;
    var argv: [3][*:0]u8 = undefined;
    var buffer: [256]u8 = undefined;
    try check(wasi.args_sizes_get(&count, &size));
    if (count != argv.len or size > buffer.len) return error.Usage;
    try check(wasi.args_get(&argv, &buffer));
    try collect(std.mem.span(argv[1]), std.mem.span(argv[2]));
}
