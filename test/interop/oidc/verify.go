// Verifies tokens as a service would that has go-oidc and the address of an issuer, and nothing else: usage `verify ISSUER`, on standard
// input a line of JSON for each token. Each is verified with discovery and keys fetched anew.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

type shown struct {
	Token    string `json:"token"`
	Audience string `json:"audience"`
	// By how much its clock is ahead.
	Ahead int `json:"ahead_seconds"`
}

type verdict struct {
	Issuer  string `json:"issuer,omitempty"`
	Subject string `json:"subject,omitempty"`
	Error   string `json:"error,omitempty"`
}

func verify(ctx context.Context, issuer string, one shown) verdict {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		log.Fatal(err)
	}
	now := func() time.Time { return time.Now().Add(time.Duration(one.Ahead) * time.Second) }
	token, err := provider.Verifier(&oidc.Config{ClientID: one.Audience, Now: now}).Verify(ctx, one.Token)
	if err != nil {
		return verdict{Error: err.Error()}
	}
	return verdict{Issuer: token.Issuer, Subject: token.Subject}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var one shown
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			log.Fatal(err)
		}
		line, _ := json.Marshal(verify(context.Background(), os.Args[1], one))
		fmt.Println(string(line))
	}
}
