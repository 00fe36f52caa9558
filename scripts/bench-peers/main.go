// The peer that Bindery is measured against: Go's net/http, doing the same work for the same bytes.
//
//	peer ADDRESS RESOLVED EXPLAIN
//
// GET answers the file RESOLVED. POST decodes the body's JSON, and encodes the answer of the file
// EXPLAIN anew for each request, as a handler would.
package main

import (
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

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: peer ADDRESS RESOLVED EXPLAIN")
	}
	resolved, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	var answer explanation
	if err := json.Unmarshal(text, &answer); err != nil {
		log.Fatal(err)
	}
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
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
