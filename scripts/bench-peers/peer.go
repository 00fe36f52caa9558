// The peer that Bindery is measured against: Go's net/http, doing the same work for the same bytes.
//
//	peer ADDRESS RESOLVED EXPLAIN EVALUATION [TLS_ADDRESS CERTIFICATE KEY]
//
// GET answers the file RESOLVED. POST decodes the body's JSON, and encodes the answer of the file
// EXPLAIN, at /evaluation that of the file EVALUATION, anew for each request, as a handler would.
package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
)

type question struct {
	Workflow   string `json:"workflow"`
	Capability string `json:"capability"`
}

type winner struct {
	SlotID       string `json:"slotId"`
	ConnectionID string `json:"connectionId"`
}

type candidate struct {
	SlotID       string   `json:"slotId"`
	ConnectionID string   `json:"connectionId"`
	Binding      int      `json:"binding"`
	Outcome      string   `json:"outcome"`
	Reasons      []string `json:"reasons"`
}

type matched struct {
	Workflows  string `json:"workflows,omitempty"`
	Operations string `json:"operations,omitempty"`
}

type determining struct {
	RuleID       string  `json:"ruleId"`
	Source       string  `json:"source"`
	Effect       string  `json:"effect"`
	SlotID       string  `json:"slotId"`
	ConnectionID string  `json:"connectionId"`
	Matched      matched `json:"matched"`
}

type miss struct {
	RuleID   string `json:"ruleId"`
	Source   string `json:"source"`
	Failed   string `json:"failed"`
	Expected any    `json:"expected"`
	Actual   any    `json:"actual"`
}

type explanation struct {
	Allowed     bool          `json:"allowed"`
	Winner      *winner       `json:"winner"`
	Candidates  []candidate   `json:"candidates"`
	Policies    []string      `json:"policies"`
	Decision    bool          `json:"decision"`
	Determining []determining `json:"determining"`
	NearMisses  []miss        `json:"nearMisses"`
	Errors      []miss        `json:"errors"`
	DecisionID  string        `json:"decisionId"`
	Revision    uint64        `json:"revision"`
}

// A question of AuthZEN, whose properties are whatever the caller says.
type entity struct {
	Type       string         `json:"type"`
	ID         string         `json:"id"`
	Properties map[string]any `json:"properties"`
}

type evaluation struct {
	Subject entity `json:"subject"`
	Action  struct {
		Name       string         `json:"name"`
		Properties map[string]any `json:"properties"`
	} `json:"action"`
	Resource entity         `json:"resource"`
	Context  map[string]any `json:"context"`
}

type evaluated struct {
	Decision bool `json:"decision"`
}

// read takes an answer from its file, and refuses one that it would not encode to the same bytes: a peer
// that writes less than we do would be measured for less work.
func read(file string, answer any) {
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		log.Fatal(err)
	}
	encoded, err := json.Marshal(answer)
	if err != nil {
		log.Fatal(err)
	}
	if !bytes.Equal(encoded, bytes.TrimSpace(text)) {
		log.Fatalf("the types of peer.go are not those of the answer any more:\n%s\n%s", text, encoded)
	}
}

// post answers a POST: what was asked is decoded, held to be whole, and the answer is encoded.
func post(w http.ResponseWriter, r *http.Request, asked any, isWhole func() bool, answer any) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := json.Unmarshal(body, asked); err != nil || !isWhole() {
		http.Error(w, "malformed", http.StatusBadRequest)
		return
	}
	encoded, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(encoded)
}

func main() {
	if len(os.Args) != 5 && len(os.Args) != 8 {
		log.Fatal("usage: peer ADDRESS RESOLVED EXPLAIN EVALUATION [TLS_ADDRESS CERTIFICATE KEY]")
	}
	resolved, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	var why explanation
	read(os.Args[3], &why)
	var whether evaluated
	read(os.Args[4], &whether)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "application/json")
			w.Write(resolved)
			return
		}
		var asked question
		post(w, r, &asked, func() bool { return asked.Capability != "" }, why)
	})
	http.HandleFunc("/evaluation", func(w http.ResponseWriter, r *http.Request) {
		var asked evaluation
		isWhole := func() bool {
			return asked.Subject.ID != "" && asked.Action.Name != "" && asked.Resource.ID != ""
		}
		post(w, r, &asked, isWhole, whether)
	})
	if len(os.Args) == 8 {
		secure := http.Server{
			Addr: os.Args[5],
			// HTTP/1.1 alone, as every other server here.
			TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		}
		go func() { log.Fatal(secure.ListenAndServeTLS(os.Args[6], os.Args[7])) }()
	}
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
