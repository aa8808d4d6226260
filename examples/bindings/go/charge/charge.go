// Charges a card: GOOS=wasip1 GOARCH=wasm go build ./charge
package main

import (
	"fmt"
	"os"
	"strings"

	"backstitch.example/backstitch"
)

func main() {
	response, err := backstitch.Request("POST", "https://payment.example/charges",
		"Content-Type: application/json\r\n",
		[]byte(`{"order":"A-17","cents":4200,"currency":"EUR"}`), 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, "charge:", err)
		os.Exit(1)
	}
	if strings.Contains(response.Headers, "application/json") {
		fmt.Println(response.Status, string(response.Body))
	}
	_, err = backstitch.Request("GET", "https://nowhere.example/", "", nil, 0)
	fmt.Println("nowhere:", err)
}
