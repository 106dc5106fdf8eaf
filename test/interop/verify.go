// Verifies an exported log with the implementation of Go's checksum database, which shares no line with ours: signed notes,
// tiles, record hashes, roots and inclusion proofs. It trusts the first key of the log alone, and follows the log to the newest.
// Usage: verify DIR FIRST-KEY NEWEST-KEY
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height, width = 8, 256

type tiles struct{ dir string }

func (t tiles) Height() int { return height }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		// Go's path names the height, C2SP's does not.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func main() {
	dir, first, newest := os.Args[1], os.Args[2], os.Args[3]
	newestNote, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	check(err)
	tree := parse(string(newestNote))
	reader := tlog.TileHashReader(tree, tiles{dir})
	entries, announced := checkEntries(dir, tree, reader)
	checkpoints, known := follow(dir, []string{first}, announced, reader)
	open(string(newestNote), known)
	if known[len(known)-1] != newest {
		log.Fatalf("the keys lead to %s, and not to %s", known[len(known)-1], newest)
	}
	fmt.Printf("%d entries, %d checkpoints, %d keys of the log from the first on\n", entries, checkpoints, len(known))
}

func parse(text string) tlog.Tree {
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}
}

// A note that one of the known keys signed, at least.
func open(text string, known []string) tlog.Tree {
	var verifiers []note.Verifier
	for _, key := range known {
		verifier, err := note.NewVerifier(key)
		check(err)
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifiers...))
	check(err)
	return parse(opened.Text)
}

// An entry that announces another key of the log.
type announcement struct {
	index int64
	key   string
}

// Every leaf of every bundle has the hash that the tiles have, and an inclusion proof to the newest root.
func checkEntries(dir string, tree tlog.Tree, reader tlog.HashReader) (int64, []announcement) {
	var index int64
	var announced []announcement
	for bundle := int64(0); index < tree.N; bundle++ {
		tile := tlog.Tile{H: height, L: 0, N: bundle, W: int(min(width, tree.N-index))}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(dir, path))
		check(err)
		for ; len(data) > 0; index++ {
			length := binary.BigEndian.Uint16(data)
			leaf := data[2 : 2+length]
			data = data[2+length:]
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			check(err)
			check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)))
			var entry struct {
				Type string
				Key  string `json:"verifier_key"`
			}
			check(json.Unmarshal(leaf, &entry))
			if entry.Type == "key.created" && entry.Key != "" {
				announced = append(announced, announcement{index, entry.Key})
			}
		}
	}
	return index, announced
}

// Every checkpoint is signed by a key that was trusted from the start, or announced under a checkpoint of one that was known, and
// its root is that of the newest tree at its size. Returns how many there are, and the keys in the order in which they became known.
func follow(dir string, known []string, announced []announcement, reader tlog.HashReader) (int, []string) {
	file, err := os.Open(filepath.Join(dir, "checkpoints.jsonl"))
	check(err)
	count := 0
	for lines := bufio.NewScanner(file); lines.Scan(); count++ {
		var kept struct{ Note string }
		check(json.Unmarshal(lines.Bytes(), &kept))
		earlier := open(kept.Note, known)
		root, err := tlog.TreeHash(earlier.N, reader)
		check(err)
		if root != earlier.Hash {
			log.Fatalf("the checkpoint of %d entries has another root", earlier.N)
		}
		for ; len(announced) > 0 && announced[0].index < earlier.N; announced = announced[1:] {
			if !slices.Contains(known, announced[0].key) {
				known = append(known, announced[0].key)
			}
		}
	}
	return count, known
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
