//! Charges a card: rustc --target wasm32-wasip1 -g charge.rs

mod backstitch;

fn main() -> std::io::Result<()> {
    let url = "https://payment.example/charges";
    let headers = "Content-Type: application/json\r\n";
    let body = br#"{"order":"A-17","cents":4200,"currency":"EUR"}"#;
    let response = backstitch::request("POST", url, headers, body, 0)?;
    if response.headers.contains("application/json") {
        println!(
            "{} {}",
            response.status,
            String::from_utf8_lossy(&response.body)
        );
    }
    match backstitch::request("GET", "https://nowhere.example/", "", b"", 0) {
        Ok(response) => println!("nowhere answers {}", response.status),
        Err(error) => println!("nowhere: {error}"),
    }
    Ok(())
}
