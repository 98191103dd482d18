// Checks with Go's own sumdb/note and sumdb/tlog what an Écrin log says of itself. Reads one JSON
// object from standard input and prints "ok", or what is wrong.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type input struct {
	// Verifier key: NAME+HASH+BASE64 of the key.
	Key        string
	Checkpoint string
	// Every leaf whose place is proven: its hash, and the proof from the leaf upwards.
	Records []struct {
		Index int64
		Leaf  []byte
		Proof [][]byte
	}
	// Earlier checkpoints with the proofs from them to the one above.
	Trees []struct {
		Checkpoint string
		Proof      [][]byte
	}
}

func main() {
	if err := check(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func check() error {
	var given input
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		return err
	}
	verifier, err := note.NewVerifier(given.Key)
	if err != nil {
		return err
	}
	size, root, err := open(given.Checkpoint, verifier)
	if err != nil {
		return err
	}
	for _, each := range given.Records {
		if err := tlog.CheckRecord(tlog.RecordProof(hashes(each.Proof)), size, root, each.Index, hash(each.Leaf)); err != nil {
			return fmt.Errorf("leaf %d: %v", each.Index, err)
		}
	}
	for _, each := range given.Trees {
		older, before, err := open(each.Checkpoint, verifier)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(tlog.TreeProof(hashes(each.Proof)), size, root, older, before); err != nil {
			return fmt.Errorf("tree of %d: %v", older, err)
		}
	}
	return nil
}

// open checks a checkpoint's signature and reads its three lines.
func open(text string, verifier note.Verifier) (int64, tlog.Hash, error) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return 0, tlog.Hash{}, fmt.Errorf("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return 0, tlog.Hash{}, fmt.Errorf("no root")
	}
	return size, hash(root), nil
}

func hash(bytes []byte) tlog.Hash {
	var out tlog.Hash
	copy(out[:], bytes)
	return out
}

func hashes(list [][]byte) []tlog.Hash {
	out := make([]tlog.Hash, len(list))
	for i, each := range list {
		out[i] = hash(each)
	}
	return out
}
