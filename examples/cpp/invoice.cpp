// Collects an invoice: charges the card, waits three days and looks whether the charge still stands.
// Usage: invoice <id> <cents>
//
// C++ with the standard library. WASI's own libraries are built without exceptions, so errors are
// values here.
#include <backstitch.h>
#include <chrono>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <unistd.h>

namespace {

/** The answer to a request, let go of when it is no longer used. */
class Reply {
public:
  Reply(const std::string &method, const std::string &url, const std::string &headers = "",
        const std::string &body = "")
      : error_(backstitch_http_bytes(method.c_str(), url.c_str(), headers.c_str(), body.data(),
                                     static_cast<uint32_t>(body.size()), 0, &reply_)) {}
  ~Reply() { backstitch_reply_free(&reply_); }
  Reply(const Reply &) = delete;
  Reply &operator=(const Reply &) = delete;

  /** 0 when no answer came. */
  int status() const { return error_ == 0 ? reply_.status : 0; }

  /** The value of a text field of the body, a flat JSON object; empty when there is none. */
  std::string field(const std::string &name) const {
    const std::string body = reply_.body == nullptr ? "" : reply_.body;
    const std::string start = "\"" + name + "\":\"";
    const auto at = body.find(start);
    if (at == std::string::npos) return "";
    const auto from = at + start.size();
    return body.substr(from, body.find('"', from) - from);
  }

private:
  backstitch_reply reply_{};
  int error_;
};

/** What happened, by time, kept in a file of the program's own. */
class Notes {
public:
  explicit Notes(std::string path) : path_(std::move(path)) {}

  void add(const std::string &line) { std::ofstream(path_, std::ios::app) << line << '\n'; }

  void print(std::ostream &out) const {
    std::ifstream file(path_);
    int number = 0;
    for (std::string line; std::getline(file, line);) out << ++number << ". " << line << '\n';
  }

private:
  std::string path_;
};

} // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    std::cerr << "usage: invoice <id> <cents>\n";
    return 64;
  }
  const std::string id = argv[1], cents = argv[2];
  Notes notes("/notes.txt");
  std::ostringstream headers;
  headers << "Content-Type: application/json\nIdempotency-Key: " << id << '-'
          << std::random_device{}() << '\n';

  using Clock = std::chrono::system_clock;
  const auto started = Clock::now();
  const Reply charge("POST", "https://payment.example/charges", headers.str(),
                     R"({"order":")" + id + R"(","cents":)" + cents + R"(,"currency":"EUR"})");
  // The service says 200 instead of 201 to a request that had been carried out already.
  if (charge.status() < 200 || charge.status() > 299) {
    std::cerr << "not charged: status " << charge.status() << '\n';
    return 1;
  }
  notes.add("charged " + id + " as " + charge.field("id"));

  constexpr unsigned SECONDS_A_DAY = 24 * 60 * 60;
  sleep(3 * SECONDS_A_DAY);
  const auto waited = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started);
  const Reply now("GET", "https://payment.example/charges/" + charge.field("id"));
  notes.add("after " + std::to_string(waited.count() / SECONDS_A_DAY) + " days: " +
            now.field("status"));
  notes.print(std::cout);
}
