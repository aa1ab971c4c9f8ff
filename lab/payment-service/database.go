package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"time"
)

// database answers "OK" and the line to every line; a connection that says nothing is closed after a while.
func database() error {
	listener, err := net.Listen("tcp", ":5432")
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go answer(connection)
	}
}

func answer(connection net.Conn) {
	defer connection.Close()
	lines := bufio.NewScanner(connection)
	for {
		_ = connection.SetDeadline(time.Now().Add(30 * time.Second))
		if !lines.Scan() {
			return
		}
		fmt.Fprintln(connection, "OK", lines.Text())
	}
}

// exchange opens a connection, sends one line and wants it back.
func exchange(address, line string) error {
	connection, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(time.Second))
	if _, err := fmt.Fprintln(connection, line); err != nil {
		return err
	}
	reply, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil {
		return err
	}
	if strings.TrimSpace(reply) != "OK "+line {
		return fmt.Errorf("unexpected reply %q", reply)
	}
	return nil
}
