// The peer that Bindery is measured against: Go's net/http, doing the same work for the same bytes.
//
//	peer ADDRESS RESOLVED EXPLAIN [TLS_ADDRESS CERTIFICATE KEY]
//
// GET answers the file RESOLVED. POST decodes the body's JSON, and encodes the answer of the file
// EXPLAIN anew for each request, as a handler would.
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

type explanation struct {
	Allowed    bool        `json:"allowed"`
	Winner     *winner     `json:"winner"`
	Candidates []candidate `json:"candidates"`
	Policies   []string    `json:"policies"`
	Revision   uint64      `json:"revision"`
}

// read takes the answers from their files, and refuses an explanation that it would not encode to the
// same bytes: a peer that writes less than we do would be measured for less work.
func read(resolvedFile, explainFile string) ([]byte, explanation) {
	resolved, err := os.ReadFile(resolvedFile)
	if err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(explainFile)
	if err != nil {
		log.Fatal(err)
	}
	var answer explanation
	if err := json.Unmarshal(text, &answer); err != nil {
		log.Fatal(err)
	}
	encoded, err := json.Marshal(answer)
	if err != nil {
		log.Fatal(err)
	}
	if !bytes.Equal(encoded, bytes.TrimSpace(text)) {
		log.Fatalf("the types of peer.go are not those of the explanation any more:\n%s\n%s", text, encoded)
	}
	return resolved, answer
}

func main() {
	if len(os.Args) != 4 && len(os.Args) != 7 {
		log.Fatal("usage: peer ADDRESS RESOLVED EXPLAIN [TLS_ADDRESS CERTIFICATE KEY]")
	}
	resolved, answer := read(os.Args[2], os.Args[3])
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodGet {
			w.Write(resolved)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var asked question
		if err := json.Unmarshal(body, &asked); err != nil || asked.Capability == "" {
			http.Error(w, "malformed", http.StatusBadRequest)
			return
		}
		encoded, err := json.Marshal(answer)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Write(encoded)
	})
	if len(os.Args) == 7 {
		secure := http.Server{
			Addr: os.Args[4],
			// HTTP/1.1 alone, as every other server here.
			TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		}
		go func() { log.Fatal(secure.ListenAndServeTLS(os.Args[5], os.Args[6])) }()
	}
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
