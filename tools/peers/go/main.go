// Checks with Go's own sumdb/note and sumdb/tlog what an Écrin log says of itself. Reads one JSON
// object from standard input and prints "ok", or what is wrong.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
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
	// Verifier keys of witnesses that must have cosigned the checkpoint.
	Witnesses []string
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
	for _, vkey := range given.Witnesses {
		if err := cosigned(given.Checkpoint, vkey); err != nil {
			return err
		}
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

// cosignature is a C2SP tlog-cosignature verifier for Go's note package: the key's type is 4, and
// what is signed is the time with the text.
type cosignature struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

const cosignatureType = 4

func newCosignature(vkey string) (*cosignature, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("not a verifier key")
	}
	said, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil || len(parts[1]) != 8 {
		return nil, fmt.Errorf("not the id of a key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != cosignatureType {
		return nil, fmt.Errorf("not a key for cosignatures")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if hash := binary.BigEndian.Uint32(sum[:4]); uint64(hash) != said {
		return nil, fmt.Errorf("the id is another key's")
	}
	return &cosignature{parts[0], uint32(said), ed25519.PublicKey(key[1:])}, nil
}

func (c *cosignature) Name() string    { return c.name }
func (c *cosignature) KeyHash() uint32 { return c.hash }

func (c *cosignature) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig[:8])
	text := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", time)), msg...)
	return time > 0 && ed25519.Verify(c.key, text, sig[8:])
}

// cosigned checks that the witness with this key signed the note.
func cosigned(text, vkey string) error {
	witness, err := newCosignature(vkey)
	if err != nil {
		return fmt.Errorf("witness %s: %v", vkey, err)
	}
	if _, err := note.Open([]byte(text), note.VerifierList(witness)); err != nil {
		return fmt.Errorf("witness %s: %v", witness.name, err)
	}
	return nil
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
