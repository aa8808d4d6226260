//! Collects an invoice: charges the card, waits three days and looks whether the charge still
//! stands. Usage: invoice <id> <cents>

use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

#[path = "../bindings/rust/backstitch.rs"]
mod backstitch;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const NOTES: &str = "/notes.txt";

/// The value of a text field of a flat JSON object.
fn field<'a>(json: &'a str, name: &str) -> io::Result<&'a str> {
    let start = format!("\"{name}\":\"");
    json.split_once(&start)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(value, _)| value)
        .ok_or_else(|| io::Error::other(format!("there is no {name} in {json}")))
}

fn note(line: &str) -> io::Result<()> {
    let mut notes = File::options().create(true).append(true).open(NOTES)?;
    writeln!(notes, "{line}")
}

fn collect(id: &str, cents: u32) -> io::Result<()> {
    let nonce = RandomState::new().hash_one(id);
    let started = SystemTime::now();
    let reply = backstitch::request(
        "POST",
        "https://payment.example/charges",
        &format!("Content-Type: application/json\nIdempotency-Key: {id}-{nonce:x}\n"),
        format!(r#"{{"order":"{id}","cents":{cents},"currency":"EUR"}}"#).as_bytes(),
        0,
    )?;
    let body = String::from_utf8_lossy(&reply.body);
    // The service says 200 instead of 201 to a request that had been carried out already.
    if !(200..300).contains(&reply.status) {
        return Err(io::Error::other(format!("not charged: {body}")));
    }
    let charge = field(&body, "id")?;
    note(&format!("charged {id} as {charge}"))?;

    sleep(3 * DAY);
    let url = format!("https://payment.example/charges/{charge}");
    let reply = backstitch::request("GET", &url, "", b"", 0)?;
    let waited = started.elapsed().map_err(io::Error::other)?;
    let days = waited.as_secs() / DAY.as_secs();
    let body = String::from_utf8_lossy(&reply.body);
    note(&format!("after {days} days: {}", field(&body, "status")?))?;

    for (number, line) in fs::read_to_string(NOTES)?.lines().enumerate() {
        println!("{}. {line}", number + 1);
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [id, cents] => collect(id, cents.parse().map_err(io::Error::other)?),
        _ => Err(io::Error::other("usage: invoice <id> <cents>")),
    }
}
