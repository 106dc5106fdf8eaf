// Verifies an exported log with the implementation of Go's checksum database, which shares no line with ours: signed notes,
// tiles, record hashes, roots and inclusion proofs. Usage: verify DIR KEY
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
	dir, key := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(key)
	check(err)
	newest, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	check(err)
	tree := open(string(newest), verifier)
	reader := tlog.TileHashReader(tree, tiles{dir})
	entries := checkEntries(dir, tree, reader)
	checkpoints := checkCheckpoints(dir, verifier, reader)
	fmt.Printf("%d entries, %d checkpoints\n", entries, checkpoints)
}

func open(text string, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}
}

// Every leaf of every bundle has the hash that the tiles have, and an inclusion proof to the newest root.
func checkEntries(dir string, tree tlog.Tree, reader tlog.HashReader) int64 {
	var index int64
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
		}
	}
	return index
}

// Every checkpoint is signed, and its root is that of the newest tree at its size.
func checkCheckpoints(dir string, verifier note.Verifier, reader tlog.HashReader) int {
	file, err := os.Open(filepath.Join(dir, "checkpoints.jsonl"))
	check(err)
	count := 0
	for lines := bufio.NewScanner(file); lines.Scan(); count++ {
		var kept struct{ Note string }
		check(json.Unmarshal(lines.Bytes(), &kept))
		earlier := open(kept.Note, verifier)
		root, err := tlog.TreeHash(earlier.N, reader)
		check(err)
		if root != earlier.Hash {
			log.Fatalf("the checkpoint of %d entries has another root", earlier.N)
		}
	}
	return count
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
