// Says what an API server of Kubernetes makes of tokens: its own authenticator (k8s.io/apiserver), under an AuthenticationConfiguration
// as docs/providers/kubernetes.md shows it. Usage: authenticate CONFIGURATION CA < TOKENS; one line of JSON for each line.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/apis/apiserver/install"
	"k8s.io/apiserver/pkg/apis/apiserver/validation"
	authenticationcel "k8s.io/apiserver/pkg/authentication/cel"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/oidc"
)

type answer struct {
	User   string              `json:"user,omitempty"`
	Groups []string            `json:"groups,omitempty"`
	Extra  map[string][]string `json:"extra,omitempty"`
	Error  string              `json:"error,omitempty"`
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func load(file string, ca string) apiserver.JWTAuthenticator {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	codecs := serializer.NewCodecFactory(scheme, serializer.EnableStrict)
	config := &apiserver.AuthenticationConfiguration{}
	if err := runtime.DecodeInto(codecs.UniversalDecoder(), must(os.ReadFile(file)), config); err != nil {
		log.Fatal(err)
	}
	config.JWT[0].Issuer.CertificateAuthority = string(must(os.ReadFile(ca)))
	compiler := authenticationcel.NewDefaultCompiler()
	if problems := validation.ValidateAuthenticationConfiguration(compiler, config, nil); len(problems) > 0 {
		log.Fatal(problems.ToAggregate())
	}
	return config.JWT[0]
}

type authority []byte

func (pem authority) CurrentCABundleContent() []byte { return pem }

func main() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	jwt := load(os.Args[1], os.Args[2])
	options := oidc.Options{JWTAuthenticator: jwt, CAContentProvider: authority(jwt.Issuer.CertificateAuthority)}
	authenticator := must(oidc.New(ctx, options))
	// It reads the discovery document on its own, at once and then every ten seconds.
	for started := time.Now(); authenticator.HealthCheck() != nil; time.Sleep(50 * time.Millisecond) {
		if time.Since(started) > 20*time.Second {
			log.Fatal(authenticator.HealthCheck())
		}
	}
	tokens := bufio.NewScanner(os.Stdin)
	tokens.Buffer(nil, 1<<20)
	for tokens.Scan() {
		response, taken, err := authenticator.AuthenticateToken(ctx, tokens.Text())
		one := answer{}
		switch {
		case err != nil:
			one.Error = err.Error()
		case !taken:
			one.Error = "not of this issuer"
		default:
			one.User, one.Groups, one.Extra = response.User.GetName(), response.User.GetGroups(), response.User.GetExtra()
		}
		if err := json.NewEncoder(os.Stdout).Encode(one); err != nil {
			log.Fatal(err)
		}
	}
}
