// Collects an invoice: charges the card, waits three days and looks whether the charge still stands.
// Usage: invoice <id> <cents>
package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"backstitch.example/backstitch"
)

const (
	day   = 24 * time.Hour
	notes = "/notes.txt"
)

type charge struct {
	ID    string `json:"id,omitempty"`
	Order string `json:"order"`
	Cents int    `json:"cents"`
	// ISO 4217, such as EUR.
	Currency string `json:"currency"`
	Status   string `json:"status,omitempty"`
}

func note(format string, values ...any) error {
	file, err := os.OpenFile(notes, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = fmt.Fprintf(file, format+"\n", values...)
	return err
}

func printNotes() error {
	file, err := os.Open(notes)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		fmt.Printf("%d. %s\n", number, lines.Text())
	}
	return lines.Err()
}

// ask sends a request and reads the charge that is answered.
func ask(method, url, headers string, body []byte) (charge, error) {
	var answer charge
	reply, err := backstitch.Request(method, url, headers, body, 0)
	if err != nil {
		return answer, err
	}
	if reply.Status > 299 {
		return answer, fmt.Errorf("%s %s: %d %s", method, url, reply.Status, reply.Body)
	}
	return answer, json.Unmarshal(reply.Body, &answer)
}

func collect(id string, cents int) error {
	nonce := make([]byte, 8)
	if _, err := rand.Read(nonce); err != nil {
		return err
	}
	started := time.Now()
	order, err := json.Marshal(charge{Order: id, Cents: cents, Currency: "EUR"})
	if err != nil {
		return err
	}
	headers := fmt.Sprintf("Content-Type: application/json\nIdempotency-Key: %s-%x\n", id, nonce)
	made, err := ask("POST", "https://payment.example/charges", headers, order)
	if err != nil {
		return err
	}
	if err := note("charged %s as %s", id, made.ID); err != nil {
		return err
	}

	// A goroutine waits, and the program with it.
	woken := make(chan time.Time)
	go func() {
		time.Sleep(3 * day)
		woken <- time.Now()
	}()
	days := (<-woken).Sub(started) / day
	now, err := ask("GET", "https://payment.example/charges/"+made.ID, "", nil)
	if err != nil {
		return err
	}
	if err := note("after %d days: %s", days, now.Status); err != nil {
		return err
	}
	return printNotes()
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: invoice <id> <cents>")
		os.Exit(64)
	}
	cents, err := strconv.Atoi(os.Args[2])
	if err == nil {
		err = collect(os.Args[1], cents)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "invoice:", err)
		os.Exit(1)
	}
}
